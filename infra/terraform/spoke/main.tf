# The accounts of an organization, from what `azfed template spoke` has written.

locals {
  file     = "${var.templates}/azfed-spoke.json"
  declared = jsondecode(file(local.file)).Parameters

  # The provider compares all parameters, those with a default too.
  defaults   = { for name, parameter in local.declared : name => parameter.Default if can(parameter.Default) }
  parameters = merge(local.defaults, { HubAccountId = var.hub_account_id }, var.parameters)
  missing    = setsubtract(keys(local.declared), keys(local.parameters))
}

data "aws_s3_bucket" "template" {
  count = var.bucket == null ? 0 : 1

  bucket = var.bucket
}

resource "aws_s3_object" "template" {
  count = var.bucket == null ? 0 : 1

  bucket = var.bucket
  key    = "azfed/azfed-spoke-${filesha256(local.file)}.json"
  source = local.file

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudformation_stack_set" "spoke" {
  name             = var.stack_set_name
  description      = "Roles of azfed in every account."
  permission_model = "SERVICE_MANAGED"
  call_as          = var.call_as
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = var.bucket == null ? file(local.file) : null
  template_url     = var.bucket == null ? null : "https://${data.aws_s3_bucket.template[0].bucket_regional_domain_name}/${aws_s3_object.template[0].key}"
  parameters       = local.parameters
  tags             = var.tags

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = true
  }

  lifecycle {
    # Not used where permissions are service-managed, and reported as a difference.
    ignore_changes = [administration_role_arn]

    precondition {
      condition     = length(local.missing) == 0
      error_message = "azfed-spoke.json asks for ${join(", ", local.missing)}; give them in `parameters`."
    }
  }
}

# In one Region: IAM is one for all, and reports changes in the home Region of the partition alone.
resource "aws_cloudformation_stack_instances" "spoke" {
  stack_set_name = aws_cloudformation_stack_set.spoke.name
  call_as        = var.call_as
  regions        = [var.home_region]

  deployment_targets {
    organizational_unit_ids = var.organizational_unit_ids
  }
}
