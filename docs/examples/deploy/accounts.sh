#!/bin/sh
# Makes or updates the StackSet of the accounts, and waits for its end. Exit code 1: an account did not get it.
#
#   accounts.sh <template: a file, or an https address in S3> <account of the hub> <organizational unit> [Region]
#
# Needs `aws` with the credentials of the delegated administrator for StackSets; in the management account set CALL_AS=SELF.
set -eu
template=$1
hub=$2
unit=$3
region=${4:-us-east-1}
name=${STACK_SET:-azfed-spoke}

stacksets() {
  operation=$1
  shift
  aws cloudformation "$operation" --region "$region" --call-as "${CALL_AS:-DELEGATED_ADMIN}" --stack-set-name "$name" "$@"
}

wait_for() {
  while :; do
    status=$(stacksets describe-stack-set-operation --operation-id "$1" --query StackSetOperation.Status --output text)
    echo "$name: $status" >&2
    case $status in
      QUEUED | RUNNING | STOPPING) sleep "${PAUSE_SECONDS:-10}" ;;
      SUCCEEDED) return 0 ;;
      *) break ;;
    esac
  done
  stacksets list-stack-set-operation-results --operation-id "$1" \
    --query 'Summaries[?Status!=`SUCCEEDED`].[Account,Region,Status,StatusReason]' --output text >&2
  echo "Look at the reason, then run this again." >&2
  return 1
}

case $template in
  https://*) body="--template-url $template" ;;
  *) body="--template-body file://$template" ;;
esac
parameters="ParameterKey=HubAccountId,ParameterValue=$hub"
options="--capabilities CAPABILITY_NAMED_IAM --permission-model SERVICE_MANAGED --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=true"

# shellcheck disable=SC2086 # options are words
if known=$(stacksets describe-stack-set --query StackSet.StackSetId --output text 2>&1); then
  id=$(stacksets update-stack-set $body --parameters "$parameters" $options --query OperationId --output text)
  wait_for "$id"
else
  case $known in
    *StackSetNotFound*) stacksets create-stack-set $body --parameters "$parameters" $options --output text >/dev/null ;;
    *)
      echo "$known" >&2
      exit 1
      ;;
  esac
fi
# Also where the unit is listed: an operation that failed or was stopped has left accounts out.
id=$(stacksets create-stack-instances --regions "$region" --deployment-targets "OrganizationalUnitIds=$unit" \
  --query OperationId --output text)
wait_for "$id"
echo "Every account of $unit has the roles of azfed. Next: azfed doctor."
