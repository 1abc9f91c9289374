variable "templates" {
  description = "Folder that `azfed template hub` has written."
  type        = string
}

variable "bucket" {
  description = "Bucket in the Region of the hub. It holds code, configuration and template; azfed reads its configuration there."
  type        = string
}

variable "stack_name" {
  description = "Name of the stack, and of its template in the folder: the setting `name`."
  type        = string
  default     = "azfed"
}

variable "tags" {
  description = "Tags of the stack and of what is in it."
  type        = map(string)
  default     = {}
}
