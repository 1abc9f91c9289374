# The hub, from what `azfed template hub` has written.

locals {
  file   = "${var.templates}/${var.stack_name}.json"
  assets = "${var.templates}/assets"
}

data "aws_s3_bucket" "assets" {
  bucket = var.bucket
}

# Code and configuration. The keys are those that the template names, and change with the content.
resource "aws_s3_object" "asset" {
  for_each = fileset(local.assets, "*")

  bucket = var.bucket
  key    = "azfed/${each.value}"
  source = "${local.assets}/${each.value}"

  # A stack that goes back needs what was there before: it is removed after the update.
  lifecycle {
    create_before_destroy = true
  }
}

# A new key for a new template: CloudFormation sees a change of its address alone.
resource "aws_s3_object" "template" {
  bucket = var.bucket
  key    = "azfed/${var.stack_name}-${filesha256(local.file)}.json"
  source = local.file

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudformation_stack" "hub" {
  name         = var.stack_name
  template_url = "https://${data.aws_s3_bucket.assets.bucket_regional_domain_name}/${aws_s3_object.template.key}"
  capabilities = ["CAPABILITY_NAMED_IAM"]
  tags         = var.tags

  parameters = {
    AssetBucket = var.bucket
  }

  depends_on = [aws_s3_object.asset]
}
