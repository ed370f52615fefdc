# Two managed directories that trust each other, in a VPC of their own.
# With entente serve on this machine:
#
#   export AWS_SHARED_CREDENTIALS_FILE=/var/lib/entente/credentials AWS_PROFILE=entente
#   terraform init && terraform apply
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "endpoint" {
  description = "Where entente serve listens."
  default     = "http://127.0.0.1:8640"
}

variable "admin_password" {
  description = "Password of the user Admin in both directories."
  sensitive   = true
}

variable "trust_password" {
  description = "The same on both sides of the trust."
  sensitive   = true
}

provider "aws" {
  region = "us-east-1"

  endpoints {
    ds  = var.endpoint
    ec2 = var.endpoint
    sts = var.endpoint
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.88.0.0/16"
  tags       = { Name = "entente" }
}

resource "aws_subnet" "main" {
  for_each = { us-east-1a = "10.88.1.0/24", us-east-1b = "10.88.2.0/24" }

  vpc_id            = aws_vpc.main.id
  availability_zone = each.key
  cidr_block        = each.value
}

resource "aws_directory_service_directory" "main" {
  for_each = toset(["one.example.com", "two.example.com"])

  name     = each.key
  password = var.admin_password
  edition  = "Standard"
  type     = "MicrosoftAD"

  vpc_settings {
    vpc_id     = aws_vpc.main.id
    subnet_ids = [for subnet in aws_subnet.main : subnet.id]
  }
}

# The page's outbound rule: domain controllers reach nobody but one another
# until there is one.
resource "aws_vpc_security_group_egress_rule" "partner" {
  for_each = aws_directory_service_directory.main

  security_group_id = each.value.security_group_id
  ip_protocol       = "-1"
  cidr_ipv4         = aws_vpc.main.cidr_block
}

locals {
  partner = { "one.example.com" = "two.example.com", "two.example.com" = "one.example.com" }
}

resource "aws_directory_service_trust" "main" {
  for_each = local.partner

  directory_id                   = aws_directory_service_directory.main[each.key].id
  remote_domain_name             = each.value
  trust_direction                = "Two-Way"
  trust_password                 = var.trust_password
  conditional_forwarder_ip_addrs = aws_directory_service_directory.main[each.value].dns_ip_addresses

  delete_associated_conditional_forwarder = true

  depends_on = [aws_vpc_security_group_egress_rule.partner]
}

output "trusts" {
  description = "The first side made says VerifyFailed until the other one exists; a refresh shows Verified."
  value       = { for name, trust in aws_directory_service_trust.main : name => trust.trust_state }
}
