package awsapi

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func validateJSON(t *testing.T, m *model, operation, body string) string {
	t.Helper()
	tree, err := parseTree([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return m.validate(m.Operations[operation].Input, tree)
}

func TestValidationMessages(t *testing.T) {
	m, err := loadModel()
	if err != nil {
		t.Fatal(err)
	}
	const dirs = `^d-[0-9a-f]{10}$`
	tests := []struct{ name, operation, body, want string }{
		{"fine", "DeleteTrust", `{"TrustId":"t-0123456789"}`, ""},
		{"missing", "DeleteTrust", `{}`, `1 validation error detected: Value null at 'trustId' failed to satisfy constraint: Member must not be null`},
		{"null is missing", "DeleteTrust", `{"TrustId":null}`, `1 validation error detected: Value null at 'trustId' failed to satisfy constraint: Member must not be null`},
		{"all findings", "CreateTrust", `{"DirectoryId":"d-1","TrustDirection":"Both","TrustPassword":""}`,
			`5 validation errors detected: ` +
				`Value 'd-1' at 'directoryId' failed to satisfy constraint: Member must satisfy regular expression pattern: ` + dirs + `; ` +
				`Value null at 'remoteDomainName' failed to satisfy constraint: Member must not be null; ` +
				`Value at 'trustPassword' failed to satisfy constraint: Member must have length greater than or equal to 1; ` +
				`Value at 'trustPassword' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(\p{LD}|\p{Punct}| )+$; ` +
				`Value 'Both' at 'trustDirection' failed to satisfy constraint: Member must satisfy enum value set: [One-Way: Outgoing, One-Way: Incoming, Two-Way]`},
		{"inside structures and lists", "CreateMicrosoftAD",
			`{"Name":"corp.example.com","Password":"Passw0rd!","VpcSettings":{"SubnetIds":["subnet-01234567","x"]},"Tags":[{"Key":"k","Value":"v"},{"Value":"v"}]}`,
			`3 validation errors detected: ` +
				`Value null at 'vpcSettings.vpcId' failed to satisfy constraint: Member must not be null; ` +
				`Value 'x' at 'vpcSettings.subnetIds.2.member' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(subnet-[0-9a-f]{8}|subnet-[0-9a-f]{17})$; ` +
				`Value null at 'tags.2.member.key' failed to satisfy constraint: Member must not be null`},
		{"number", "ListCertificates", `{"DirectoryId":"d-0123456789","Limit":51}`, `1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50`},
		{"length of a list", "StartADAssessment", `{"AssessmentConfiguration":{"CustomerDnsIps":["10.0.0.1"],"DnsName":"a.b","VpcSettings":{"VpcId":"vpc-01234567","SubnetIds":[]},"InstanceIds":["i-01234567","i-01234567"]}}`,
			`1 validation error detected: Value '[10.0.0.1]' at 'assessmentConfiguration.customerDnsIps' failed to satisfy constraint: Member must have length greater than or equal to 2`},
		{"too long", "CreateAlias", `{"DirectoryId":"d-0123456789","Alias":"` + strings.Repeat("a", 63) + `"}`,
			`1 validation error detected: Value '` + strings.Repeat("a", 63) + `' at 'alias' failed to satisfy constraint: Member must have length less than or equal to 62`},
		{"a long value is cut", "DeleteTrust", `{"TrustId":"` + strings.Repeat("ü", 200) + `"}`,
			`1 validation error detected: Value '` + strings.Repeat("ü", 128) + `…' at 'trustId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^t-[0-9a-f]{10}$`},
	}
	for _, tt := range tests {
		got := validateJSON(t, m, tt.operation, tt.body)
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// TestPatterns has values around the edges of each pattern, most of them the
// traps that the model is known for.
func TestPatterns(t *testing.T) {
	m, err := loadModel()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		shape string
		good  []string
		bad   []string
	}{
		{"DirectoryId", []string{"d-0123456789", "d-abcdef0123"}, []string{"", "d-012345678", "d-01234567890", "D-0123456789", "d-012345678G", " d-0123456789", "d-0123456789\n", "xd-0123456789", "d-ABCDEF0123"}},
		{"TrustId", []string{"t-0123456789"}, []string{"d-0123456789", "t-0123456789\n"}},
		{"VpcId", []string{"vpc-01234567", "vpc-0123456789abcdef0"}, []string{"vpc-0123456789", "vpc-01234567\n", "vpc-0123456G"}},
		{"DirectoryName", []string{"corp.example.com", "my-corp", `a\b`, "a.b"}, []string{"", "corp", "a--b.com", "xn--bcher-kva.example", "corp.example.com.", ".a.b", "a..b", "a_b.c", "a.b\n", "ü.b"}},
		{"RemoteDomainName", []string{"corp.example.com", "corp.example.com.", "my-corp"}, []string{"corp", "corp.", "corp.example.com..", "xn--a.b", "a.b \n"}},
		{"DirectoryShortName", []string{"CORP", "a b", "-", "x" + strings.Repeat("y", 99)}, []string{"", ".corp", "a/b", `a\b`, "a:b", "a*b", "a?b", `a"b`, "a<b", "a|b"}},
		{"Description", []string{"a", "_", "0 a-b", "a\nb", `a\b`, "A #%*+=:?./!@"}, []string{"", "-a", " a", "a,b", "a'b", "ä"}},
		{"TrustPassword", []string{"a", " ", "Passw0rd!", `!"#$%&'()*+,-./:;<=>?@[\]^_` + "`{|}~", "пароль", "٣", "日本"}, []string{"", "a\tb", "a\n", "é\u0301", "€", "½", "\u00a0", "a\x00"}},
		{"Password", []string{"Passw0rd", "passw0rd!", "PASSWORD1!", "Password!", "Pässword1", "aB3     ", "日本語Passw0rd"},
			[]string{"", "Passw0r", "password1", "PASSWORD1", "passwordpassword", "Passw0rd\n", "Pass\u2028w0rd", strings.Repeat("aB3", 22), "password   ", "12345678!"}},
		{"AliasName", []string{"a", "corp", "a-b", "a--b", "1", "D", "d", "xd-1"}, []string{"", "d-1", "D-x", "-a", "a-", "a.b", "a_b", "ä", "a\n"}},
		{"CustomerUserName", []string{"Admin", "a b", "jörg", "a.b", "a'b", "$a"}, append(strings.Split(`\"/[]:;|=,+*?<>@`, ""), "a@b", "a\nb", "a\n")},
		{"IpAddr", []string{"10.0.0.1", "010.001.1.1", "255.255.255.255", "0.0.0.0"}, []string{"", "10.0.0", "10.0.0.256", "10.0.0.1.", "10.0.0.1/32", "::1", " 10.0.0.1", "1000.0.0.1"}},
		{"Ipv6Addr", []string{"::1", "fe80::1%eth0", "2001:db8::1", "::", "::ffff:10.0.0.1", "1:2:3:4:5:6:7:8"}, []string{"", ":", "1:2:3:4:5:6:7:8:9", "2001:db8::g", "10.0.0.1", "fe80::1%"}},
		{"CidrIp", []string{"10.0.0.0/8", "10.1.2.3/8", "1.2.3.4/32", "0.0.0.0/1"}, []string{"10.0.0.0/0", "10.0.0.0/33", "10.0.0.0", "010.0.0.0/8", "10.0.0.0/08"}},
		{"CidrIpv6", []string{"::/0", "2001:db8::/128", "2001:db8::/32"}, []string{"::", "::/129", "::/-1"}},
		{"TagKey", []string{"", "a b", "ключ", "a_.:/=+-@", "aws:x", "\u00a0"}, []string{"a#", "a\n", "a\t", "a,b"}},
		{"ComputerPassword", []string{"pass word", "\u00ff"}, []string{"", "\u0100", "a\tb"}},
	}
	for _, tt := range tests {
		s := m.Shapes[tt.shape]
		if s == nil || s.match == nil {
			t.Errorf("no pattern for %s", tt.shape)
			continue
		}
		for _, v := range tt.good {
			if !s.match(v) {
				t.Errorf("%s refuses %q", tt.shape, v)
			}
		}
		for _, v := range tt.bad {
			if s.match(v) {
				t.Errorf("%s takes %q", tt.shape, v)
			}
		}
	}
}

// TestHandCodedPatternsAreNeeded keeps the list short: what Go's regexp can
// compile is not coded by hand.
func TestHandCodedPatternsAreNeeded(t *testing.T) {
	m, err := loadModel()
	if err != nil {
		t.Fatal(err)
	}
	for name := range handCodedPatterns() {
		s := m.Shapes[name]
		if s == nil || !strings.Contains(s.Pattern, `(?=`) && !strings.Contains(s.Pattern, `(?!`) && !strings.Contains(s.Pattern, `\p{LD}`) {
			t.Errorf("%s needs no code", name)
		}
	}
}

// TestSensitiveMembersOfTheModel makes sure that no password is repeated in a
// message because the model forgot to say that it is one.
func TestSensitiveMembersOfTheModel(t *testing.T) {
	m, err := loadModel()
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range m.Shapes {
		for _, member := range s.Members {
			lower := strings.ToLower(member.Name)
			secretive := strings.Contains(lower, "password") || lower == "sharedsecret"
			if secretive && m.Shapes[member.Shape].Type == "string" && !m.Shapes[member.Shape].Sensitive {
				t.Errorf("%s.%s is not marked as sensitive", name, member.Name)
			}
		}
	}
}

func TestEnumsComeFromTheModel(t *testing.T) {
	m, err := loadModel()
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range m.Shapes {
		for _, v := range s.Enum {
			quoted, _ := json.Marshal(v)
			tree, err := parseTree([]byte(`{"x":` + string(quoted) + `}`))
			if err != nil {
				t.Fatal(err)
			}
			n, _ := tree.get("x")
			check := validation{model: m}
			check.check(name, n, "x")
			if check.findings != nil {
				t.Errorf("%s: %v", name, check.findings)
			}
			if !slices.Contains(s.Enum, v) {
				t.Errorf("%s lost %s", name, v)
			}
		}
	}
}
