package interop

import (
	"slices"
	"strings"
	"testing"
)

// ec2 is the AWS CLI on EC2's API of one server.
type ec2 struct {
	*testing.T
	url string
}

// do runs one command, which must succeed, and decodes its answer into out.
func (c ec2) do(out any, args ...string) {
	c.Helper()
	if e := cli(c.T, c.url, out, append([]string{"ec2"}, args...)...); e != "" {
		c.Fatalf("aws ec2 %v: %s", args, e)
	}
}

// id runs one command and gives the one id that it answers.
func (c ec2) id(args ...string) string {
	c.Helper()
	var out string
	c.do(&out, args...)
	return out
}

// fails runs one command, which must be refused with that code.
func (c ec2) fails(code string, args ...string) {
	c.Helper()
	if e := cli(c.T, c.url, nil, append([]string{"ec2"}, args...)...); !strings.Contains(e, "("+code+")") {
		c.Errorf("aws ec2 %v: got %q, want %s", args, strings.TrimSpace(e), code)
	}
}

type cliGroup struct {
	GroupId, GroupName, VpcId          string
	IpPermissions, IpPermissionsEgress []cliPermission
	Tags                               []struct{ Key, Value string }
}

type cliPermission struct {
	IpProtocol       string
	FromPort, ToPort *int
	IpRanges         []struct{ CidrIp, Description string }
	Ipv6Ranges       []struct{ CidrIpv6 string }
	UserIdGroupPairs []struct{ GroupId string }
}

type cliRule struct {
	SecurityGroupRuleId, GroupId, IpProtocol, CidrIpv4, CidrIpv6, Description string
	FromPort, ToPort                                                          int
	IsEgress                                                                  bool
}

// TestNetworksWithTheCLI goes from a VPC to rules and back, with the AWS CLI.
func TestNetworksWithTheCLI(t *testing.T) {
	t.Parallel()
	c := ec2{t, serve(t)}
	vpc := c.id("create-vpc", "--cidr-block", "10.20.0.18/16", "--tag-specifications", "ResourceType=vpc,Tags=[{Key=Name,Value=a b}]", "--query", "Vpc.VpcId")
	subnet := c.id("create-subnet", "--vpc-id", vpc, "--cidr-block", "10.20.1.0/24", "--availability-zone", region+"c", "--query", "Subnet.SubnetId")
	group := c.id("create-security-group", "--group-name", "web", "--description", "web servers", "--vpc-id", vpc, "--query", "GroupId")
	c.do(nil, "authorize-security-group-ingress", "--group-id", group, "--protocol", "tcp", "--port", "22-23", "--cidr", "203.0.113.9/24")
	c.do(nil, "authorize-security-group-ingress", "--group-id", group, "--ip-permissions",
		"IpProtocol=udp,FromPort=53,ToPort=53,IpRanges=[{CidrIp=10.0.0.0/8,Description=a b},{CidrIp=192.168.0.0/16}],Ipv6Ranges=[{CidrIpv6=2001:db8::/32}],UserIdGroupPairs=[{GroupId="+group+"}]",
		"IpProtocol=icmpv6,Ipv6Ranges=[{CidrIpv6=::/0}]")
	c.do(nil, "authorize-security-group-egress", "--group-id", group, "--ip-permissions", "IpProtocol=50,IpRanges=[{CidrIp=203.0.113.0/24}]")
	c.describesGroup(group, vpc)
	c.changesRules(group)
	c.tags(vpc, subnet, group)

	c.fails("DependencyViolation", "delete-vpc", "--vpc-id", vpc)
	c.do(nil, "delete-subnet", "--subnet-id", subnet)
	c.do(nil, "delete-security-group", "--group-id", group)
	c.fails("DryRunOperation", "delete-vpc", "--vpc-id", vpc, "--dry-run")
	c.do(nil, "delete-vpc", "--vpc-id", vpc)
	c.fails("InvalidVpcID.NotFound", "describe-vpcs", "--vpc-ids", vpc)
}

func (c ec2) describesGroup(group, vpc string) {
	c.Helper()
	var groups struct{ SecurityGroups []cliGroup }
	c.do(&groups, "describe-security-groups", "--filters", "Name=vpc-id,Values="+vpc, "Name=group-name,Values=w*")
	if len(groups.SecurityGroups) != 1 {
		c.Fatalf("got %+v", groups)
	}
	g := groups.SecurityGroups[0]
	if g.GroupId != group || len(g.IpPermissions) != 3 || len(g.IpPermissionsEgress) != 2 {
		c.Fatalf("got %+v", g)
	}
	ssh, dns, ping, all := g.IpPermissions[0], g.IpPermissions[1], g.IpPermissions[2], g.IpPermissionsEgress[0]
	if *ssh.FromPort != 22 || *ssh.ToPort != 23 || ssh.IpRanges[0].CidrIp != "203.0.113.0/24" || len(dns.IpRanges) != 2 || dns.IpRanges[0].Description != "a b" ||
		len(dns.Ipv6Ranges) != 1 || dns.UserIdGroupPairs[0].GroupId != group || ping.IpProtocol != "icmpv6" || *ping.FromPort != -1 ||
		all.IpProtocol != "-1" || all.FromPort != nil || all.ToPort != nil || all.IpRanges[0].CidrIp != "0.0.0.0/0" || g.IpPermissionsEgress[1].IpProtocol != "50" {
		c.Errorf("got %+v", g)
	}
}

// rules describes rules of security groups.
func (c ec2) rules(args ...string) []cliRule {
	c.Helper()
	var out struct{ SecurityGroupRules []cliRule }
	c.do(&out, append([]string{"describe-security-group-rules"}, args...)...)
	return out.SecurityGroupRules
}

func (c ec2) changesRules(group string) {
	c.Helper()
	all := c.rules("--filters", "Name=group-id,Values="+group, "--page-size", "5")
	first := slices.IndexFunc(all, func(r cliRule) bool { return r.CidrIpv4 == "10.0.0.0/8" })
	if len(all) != 8 || first < 0 {
		c.Fatalf("got %+v", all)
	}
	id := all[first].SecurityGroupRuleId
	c.do(nil, "modify-security-group-rules", "--group-id", group, "--security-group-rules",
		"SecurityGroupRuleId="+id+",SecurityGroupRule={IpProtocol=tcp,FromPort=443,ToPort=443,CidrIpv4=10.1.2.3/32,Description=x}")
	want := cliRule{SecurityGroupRuleId: id, GroupId: group, IpProtocol: "tcp", CidrIpv4: "10.1.2.3/32", Description: "x", FromPort: 443, ToPort: 443}
	if got := c.rules("--security-group-rule-ids", id); len(got) != 1 || got[0] != want {
		c.Errorf("got %+v", got)
	}
	c.do(nil, "update-security-group-rule-descriptions-ingress", "--group-id", group, "--security-group-rule-descriptions", "SecurityGroupRuleId="+id+",Description=y")
	c.do(nil, "update-security-group-rule-descriptions-egress", "--group-id", group, "--ip-permissions", "IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0,Description=all}]")
	c.do(nil, "revoke-security-group-ingress", "--group-id", group, "--security-group-rule-ids", id)
	c.do(nil, "revoke-security-group-ingress", "--group-id", group, "--protocol", "tcp", "--port", "22-23", "--cidr", "203.0.113.0/24")
	c.do(nil, "revoke-security-group-egress", "--group-id", group, "--protocol", "all", "--cidr", "0.0.0.0/0")
	if left := c.rules("--filters", "Name=group-id,Values="+group); len(left) != 5 {
		c.Errorf("got %+v", left)
	}
}

func (c ec2) tags(vpc, subnet, group string) {
	c.Helper()
	c.do(nil, "create-tags", "--resources", vpc, subnet, group, "--tags", "Key=team,Value=dir")
	c.do(nil, "delete-tags", "--resources", vpc, "--tags", "Key=Name")
	var out struct {
		Tags []struct{ Key, ResourceId, ResourceType, Value string }
	}
	c.do(&out, "describe-tags", "--filters", "Name=key,Values=team,Name")
	if len(out.Tags) != 3 || out.Tags[0].Value != "dir" {
		c.Errorf("got %+v", out)
	}
}
