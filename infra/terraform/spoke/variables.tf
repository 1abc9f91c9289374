variable "templates" {
  description = "Folder that `azfed template spoke` has written."
  type        = string
}

variable "hub_account_id" {
  description = "Account in which azfed runs."
  type        = string
}

variable "organizational_unit_ids" {
  description = "Organizational units, or the root, whose accounts get the roles. The management account is never among them."
  type        = set(string)
}

variable "parameters" {
  description = "Parameters of the template that have no default or need another value, such as PermissionsBoundary."
  type        = map(string)
  default     = {}
}

variable "bucket" {
  description = "Bucket for the template, needed where it has more than 51,200 characters; `azfed template spoke` warns."
  type        = string
  default     = null
}

variable "home_region" {
  description = "Home Region of the partition: us-east-1, us-gov-west-1, cn-north-1 or eusc-de-east-1."
  type        = string
  default     = "us-east-1"
}

variable "call_as" {
  description = "DELEGATED_ADMIN, or SELF in the management account."
  type        = string
  default     = "DELEGATED_ADMIN"
}

variable "stack_set_name" {
  description = "Name of the StackSet."
  type        = string
  default     = "azfed-spoke"
}

variable "tags" {
  description = "Tags of the StackSet and of its stacks."
  type        = map(string)
  default     = {}
}
