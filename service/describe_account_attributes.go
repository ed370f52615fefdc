package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
)

// DescribeAccountAttributesInput is EC2's.
type DescribeAccountAttributesInput struct{ AttributeNames []string }

// DescribeAccountAttributesOutput is EC2's.
type DescribeAccountAttributesOutput struct{ AccountAttributes []EC2AccountAttribute }

// EC2AccountAttribute is an attribute of the caller's account in a Region.
type EC2AccountAttribute struct {
	AttributeName   string
	AttributeValues []EC2AttributeValue
}

// EC2AttributeValue is one value of an attribute.
type EC2AttributeValue struct{ AttributeValue string }

// DescribeAccountAttributes gives the attributes that are about networks.
func (s *Service) DescribeAccountAttributes(ctx context.Context, caller audit.Caller, in *DescribeAccountAttributesInput) (*DescribeAccountAttributesOutput, error) {
	def, err := s.defaultVPC(ctx, caller)
	if err != nil {
		return nil, err
	}
	names := in.AttributeNames
	if len(names) == 0 {
		names = []string{"supported-platforms", "default-vpc"}
	}
	out := &DescribeAccountAttributesOutput{}
	for _, name := range names {
		var value string
		switch name {
		case "supported-platforms":
			value = "VPC"
		case "default-vpc":
			value = string(def.ID)
		default:
			return nil, ec2Error(errs.Invalid, "InvalidParameterValue", "Value (%s) for parameter attributeName is invalid. Entente knows supported-platforms and default-vpc.", shorten(name))
		}
		out.AccountAttributes = append(out.AccountAttributes, EC2AccountAttribute{AttributeName: name, AttributeValues: []EC2AttributeValue{{value}}})
	}
	return out, nil
}
