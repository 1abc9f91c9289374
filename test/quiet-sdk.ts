// The SDK's notice about Node 20 would fill every report; azfed itself runs on a newer Node in AWS.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
