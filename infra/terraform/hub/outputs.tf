output "outputs" {
  description = "Outputs of the stack, such as HookUrl, HookSecret and ReportBucket."
  value       = aws_cloudformation_stack.hub.outputs
}
