package awsapi

import (
	"encoding/xml"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/service"
)

func TestPermissionsOnTheWire(t *testing.T) {
	var got service.AuthorizeSecurityGroupInput
	w := newWorld(t,
		with("AuthorizeSecurityGroupIngress", func(_ audit.Caller, in *service.AuthorizeSecurityGroupInput) (*service.AuthorizeSecurityGroupOutput, error) {
			got = *in
			return &service.AuthorizeSecurityGroupOutput{Return: true, SecurityGroupRules: []service.EC2SecurityGroupRule{
				{SecurityGroupRuleId: "sgr-1", IpProtocol: "-1", FromPort: -1, ToPort: -1, ReferencedGroupInfo: &service.EC2ReferencedGroup{GroupId: "sg-2"}},
			}}, nil
		}),
	)
	a := w.form("ec2", url.Values{"Action": {"AuthorizeSecurityGroupIngress"}, "Version": {"2016-11-15"}, "GroupId": {"sg-1"},
		"IpPermissions.1.IpProtocol": {"tcp"}, "IpPermissions.1.FromPort": {"0"}, "IpPermissions.1.ToPort": {"65535"},
		"IpPermissions.1.IpRanges.1.CidrIp": {"10.0.0.0/8"}, "IpPermissions.1.IpRanges.1.Description": {""}, "IpPermissions.1.IpRanges.2.CidrIp": {"10.1.0.0/16"},
		"IpPermissions.1.Ipv6Ranges.1.CidrIpv6": {"::/0"}, "IpPermissions.2.IpProtocol": {"-1"}, "IpPermissions.2.Groups.1.GroupId": {"sg-2"},
		"IpPermissions.2.PrefixListIds.1.PrefixListId": {"pl-1"}, "TagSpecification.1.ResourceType": {"security-group-rule"},
		"TagSpecification.1.Tag.1.Key": {"a"}, "TagSpecification.1.Tag.1.Value": {""}, "TagSpecification.1.Tag.2.Key": {"b"}}.Encode())
	zero, top, empty := int32(0), int32(65535), ""
	want := service.AuthorizeSecurityGroupInput{GroupId: "sg-1",
		IpPermissions: []service.EC2IpPermission{
			{IpProtocol: "tcp", FromPort: &zero, ToPort: &top, IpRanges: []service.EC2IpRange{{CidrIp: "10.0.0.0/8", Description: &empty}, {CidrIp: "10.1.0.0/16"}},
				Ipv6Ranges: []service.EC2Ipv6Range{{CidrIpv6: "::/0"}}},
			{IpProtocol: "-1", Groups: []service.EC2GroupPair{{GroupId: "sg-2"}}, PrefixListIds: []service.EC2PrefixListID{{PrefixListId: "pl-1"}}},
		},
		TagSpecifications: []service.EC2TagSpecification{{ResourceType: "security-group-rule", Tags: []service.EC2Tag{{Key: "a", Value: &empty}, {Key: "b"}}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	const rule = `<return>true</return><securityGroupRuleSet><item><securityGroupRuleId>sgr-1</securityGroupRuleId><isEgress>false</isEgress><ipProtocol>-1</ipProtocol>` +
		`<fromPort>-1</fromPort><toPort>-1</toPort><referencedGroupInfo><groupId>sg-2</groupId></referencedGroupInfo><tagSet></tagSet></item></securityGroupRuleSet>`
	if a.status != 200 || !strings.Contains(a.body, rule) || !strings.Contains(a.body, `<AuthorizeSecurityGroupIngressResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>`) {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestGroupsOnTheWire(t *testing.T) {
	p := &plans{}
	one := int32(22)
	out := p.encodeXML(nil, reflect.ValueOf(service.DescribeSecurityGroupsOutput{SecurityGroups: []service.EC2SecurityGroup{{
		OwnerId: "000000000000", GroupId: "sg-1", GroupName: "web", GroupDescription: "d <&>", VpcId: "vpc-1",
		IpPermissions: []service.EC2IpPermission{
			{IpProtocol: "tcp", FromPort: &one, ToPort: &one, IpRanges: []service.EC2IpRange{{CidrIp: "10.0.0.0/8"}}},
			{IpProtocol: "-1", Groups: []service.EC2GroupPair{{GroupId: "sg-1", UserId: "000000000000"}}},
		},
	}}}))
	const want = `<securityGroupInfo><item><ownerId>000000000000</ownerId><groupId>sg-1</groupId><groupName>web</groupName><groupDescription>d &lt;&amp;&gt;</groupDescription><vpcId>vpc-1</vpcId>` +
		`<ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort><groups></groups><ipRanges><item><cidrIp>10.0.0.0/8</cidrIp></item></ipRanges><ipv6Ranges></ipv6Ranges><prefixListIds></prefixListIds></item>` +
		`<item><ipProtocol>-1</ipProtocol><groups><item><userId>000000000000</userId><groupId>sg-1</groupId></item></groups><ipRanges></ipRanges><ipv6Ranges></ipv6Ranges><prefixListIds></prefixListIds></item></ipPermissions>` +
		`<ipPermissionsEgress></ipPermissionsEgress><tagSet></tagSet></item></securityGroupInfo>`
	if string(out) != want {
		t.Errorf("got %s", out)
	}
}

func TestAttributesOnTheWire(t *testing.T) {
	var got service.ModifyVpcAttributeInput
	w := newWorld(t,
		with("ModifyVpcAttribute", func(_ audit.Caller, in *service.ModifyVpcAttributeInput) (*service.EC2Return, error) {
			got = *in
			return &service.EC2Return{Return: true}, nil
		}),
	)
	a := w.form("ec2", "Action=ModifyVpcAttribute&VpcId=vpc-1&EnableDnsSupport.Value=false")
	if a.status != 200 || !strings.Contains(a.body, "<return>true</return></ModifyVpcAttributeResponse>") || got.EnableDnsHostnames != nil || got.EnableDnsSupport == nil || got.EnableDnsSupport.Value {
		t.Errorf("got %d %s, %+v", a.status, a.body, got)
	}
	for _, bad := range []string{"EnableDnsSupport.Value=maybe", "EnableDnsSupport.Colour=true", "EnableDnsSupport=true", "EnableDnsSupport.Value.1=true"} {
		a := w.form("ec2", "Action=ModifyVpcAttribute&VpcId=vpc-1&"+bad)
		var e ec2Error
		if err := xml.Unmarshal([]byte(a.body), &e); err != nil || a.status != 400 || e.Code != "UnknownParameter" && e.Code != "InvalidParameterValue" {
			t.Errorf("%s: got %d %s", bad, a.status, a.body)
		}
	}
}

func TestEveryRefusalOfEC2SaysWhy(t *testing.T) {
	for _, o := range rowsOf(apiEC2, false) {
		if !strings.HasPrefix(o.refusal, "The action "+o.name+" is not offered: ") || !strings.HasSuffix(o.refusal, ".") {
			t.Errorf("%s: %s", o.name, o.refusal)
		}
	}
}

func FuzzPermissions(f *testing.F) {
	for _, s := range []string{
		"IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=1", "IpPermissions.1.IpRanges.1.CidrIp=x", "IpPermissions.1.IpRanges.1.1.CidrIp=x",
		"IpPermissions.0001.Groups.9999.GroupId=sg-1", "IpPermissions.1=x", "IpPermissions..IpProtocol=x", "TagSpecification.1.Tag.1.Key=a", "FromPort=2147483648", "FromPort=-1",
	} {
		f.Add(s)
	}
	p := &plans{}
	f.Fuzz(func(t *testing.T, body string) {
		values, err := parseForm([]byte(body))
		if err != nil {
			return
		}
		for _, in := range []any{&service.AuthorizeSecurityGroupInput{}, &service.ModifySecurityGroupRulesInput{}, &service.EC2TagsInput{}, &service.ModifySubnetAttributeInput{}} {
			if err := p.decodeForm(values, reflect.ValueOf(in).Elem()); err != nil && failureOf(err).status != 400 {
				t.Fatalf("%q: %v", body, err)
			}
		}
	})
}
