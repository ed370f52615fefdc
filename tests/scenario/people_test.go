package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/client"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

// The partner of the story about people is a forest of its own.
const (
	peopleName = "people.example.net"
	staff      = 5000
	disabled   = 50 // every so manieth is disabled
)

// oddName is what a full name may look like.
const oddName = `Jürgen, "Jürg" *Star* (Ops) \ O'Neil <#=+;> 日本`

// oddGroup is an account name with everything that Active Directory allows in
// one and a filter must escape.
const oddGroup = `Vertrieb (Süd) & Nord!`

// TestFiveThousandUsersThroughTheTrust lists, searches and describes users and
// groups of a big partner, as an application that needs a two-way trust would.
func TestFiveThousandUsersThroughTheTrust(t *testing.T) {
	w := world{s: harness.Shared(t), id: harness.SharedDirectory(t, managedName)}
	w.ds = w.s.DS(t)
	described, err := w.ds.DescribeDirectories(t.Context(), &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{w.id}})
	if err != nil {
		t.Fatal(err)
	}
	big := forest.Up(t, forest.Config{
		Name: "people", Realm: peopleName, Address: netip.MustParsePrefix("192.0.2.99/28"),
		DNSForwarders: addresses(t, described.DirectoryDescriptions[0].DnsIpAddrs),
	})
	w.partner = big
	if err := big.Add(t.Context(), people(big.DN())); err != nil {
		t.Fatal(err)
	}
	w.managed = w.s.WaitDirectory(t, w.id, types.DirectoryStageActive)
	id := w.bigTrust(t, types.TrustDirectionTwoWay, "both")
	w.s.WaitTrust(t, id, types.TrustStateVerified)
	api := w.extension(t)
	look := client.Look{TrustID: id}

	t.Run("all users, once each", func(t *testing.T) {
		seen := map[string]client.TrustedUser{}
		var last string
		for u, err := range api.TrustedUsers(t.Context(), look) {
			if err != nil {
				t.Fatal(err)
			}
			if _, twice := seen[u.UserName]; twice {
				t.Errorf("%s is listed twice", u.UserName)
			}
			seen[u.UserName], last = u, u.UserName
		}
		off := 0
		for i := range staff {
			u, ok := seen[fmt.Sprintf("user%04d", i)]
			if !ok {
				t.Fatalf("user%04d is not listed", i)
			}
			if !u.Enabled {
				off++
			}
		}
		if off != staff/disabled {
			t.Errorf("%d users are disabled, want %d", off, staff/disabled)
		}
		if last != "user4999" {
			t.Errorf("the last one is %s: the list is not sorted", last)
		}
		want := client.TrustedUser{
			UserName: "user0042", LogonName: `PEOPLE\user0042`, UserPrincipalName: "user0042@people.example.net", DisplayName: "Person 0042",
			Mail: "user0042@mail.example.net", Enabled: true, DistinguishedName: "CN=Person 0042,OU=Staff," + big.DN(),
		}
		got := seen["user0042"]
		if !strings.HasPrefix(got.Sid, "S-1-5-21-") {
			t.Errorf("SID %q", got.Sid)
		}
		if got.Sid = ""; got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})

	t.Run("searched", func(t *testing.T) {
		for text, want := range map[string][]string{
			"user123":             {"user1230", "user1231", "user1232", "user1233", "user1234", "user1235", "user1236", "user1237", "user1238", "user1239"},
			"0007@mail":           {"user0007"},
			"Person 4999":         {"user4999"},
			"jürgen":              {"odd"},
			"*Star*":              {"odd"},
			"(Ops)":               {"odd"},
			`\`:                   {"odd"},
			`" `:                  {"odd"},
			"日本":                  {"odd"},
			"*":                   {"odd"}, // no wildcard of its own
			"user4999)(cn=*":      nil,     // no way out of the filter
			"nobody of that name": nil,
		} {
			if got := names(t, api, client.Look{TrustID: id, Search: text}); !slices.Equal(got, want) {
				t.Errorf("search %q finds %q, want %q", text, got, want)
			}
		}
	})

	t.Run("groups", func(t *testing.T) {
		var found []client.TrustedGroup
		for g, err := range api.TrustedGroups(t.Context(), client.Look{TrustID: id, Search: "(süd)"}) {
			if err != nil {
				t.Fatal(err)
			}
			g.Sid = ""
			found = append(found, g)
		}
		want := []client.TrustedGroup{{GroupName: oddGroup, GroupScope: "Universal", GroupType: "Distribution", DistinguishedName: `CN=Vertrieb\, Süd,OU=Staff,` + big.DN()}}
		if !slices.Equal(found, want) {
			t.Errorf("found %+v, want %+v", found, want)
		}
		for group, want := range map[string][2]int{"inner": {2000, 2000}, "middle": {2, 2002}, "outer": {2, 2004}, "Domain Users": {staff + 3, staff + 3}, oddGroup: {1, 1}} {
			if direct, all := members(t, api, look, group, false), members(t, api, look, group, true); len(direct) != want[0] || len(all) != want[1] {
				t.Errorf("%s has %d members, %d with those of its groups; want %v", group, len(direct), len(all), want)
			}
		}
		if got := members(t, api, client.Look{TrustID: id, Search: "3000"}, "outer", true); !slices.Equal(got, []string{"user3000"}) {
			t.Errorf("searched in outer: %q", got)
		}
		// Our own users are members of the partner's groups as foreign ones.
		foreign := members(t, api, look, "Administrators", false)
		if !slices.Contains(foreign, "S-1-5-21-1-2-3-1105") {
			t.Errorf("Administrators are %q, without the foreign one", foreign)
		}
	})

	t.Run("nested memberships", func(t *testing.T) {
		for _, name := range []string{"user0001", "user0001@people.example.net"} {
			user, groups, err := api.DescribeTrustedUser(t.Context(), id, name)
			if err != nil {
				t.Fatal(err)
			}
			how := map[string]string{}
			for _, g := range groups {
				how[g.GroupName] = fmt.Sprintf("direct %t primary %t", g.Direct, g.Primary)
			}
			for group, want := range map[string]string{
				"inner": "direct true primary false", "middle": "direct false primary false", "outer": "direct false primary false",
				"Domain Users": "direct true primary true", "Users": "direct false primary false",
			} {
				if how[group] != want {
					t.Errorf("%s in %s: %q, want %q", user.UserName, group, how[group], want)
				}
			}
		}
	})

	t.Run("the command line", func(t *testing.T) {
		for _, tt := range []struct {
			args []string
			want []string
		}{
			{[]string{"users", id, "--search", "user0042"}, []string{"user0042", "Person 0042", "user0042@mail.example.net", "enabled", "1 users"}},
			{[]string{"groups", id, "--search", "inner"}, []string{"inner", "Global", "Security"}},
			{[]string{"members", id, "middle"}, []string{"inner", "Group", "user3000"}},
			{[]string{"user", id, "user0001"}, []string{`PEOPLE\user0001`, "outer", "by way of another group", "primary group"}},
			{[]string{"applications", id}, []string{"Amazon WorkSpaces", "two-way", "yes"}},
			{[]string{"explain", id}, []string{"AWS applications", "Amazon Chime"}},
		} {
			out, err := w.s.CLI(t.Context(), append([]string{"trust"}, tt.args...)...)
			if err != nil {
				t.Errorf("entente trust %v: %v\n%s", tt.args, err, out)
			}
			for _, want := range tt.want {
				if !strings.Contains(out, want) {
					t.Errorf("entente trust %v does not say %q:\n%s", tt.args, want, out)
				}
			}
		}
	})

	t.Run("what cannot be", func(t *testing.T) {
		page := func(search, token string) (next string, err error) {
			var out struct{ NextToken string }
			in := map[string]any{"TrustId": id, "Limit": 2, "NextToken": token}
			if search != "" {
				in["Search"] = search
			}
			if token == "" {
				delete(in, "NextToken")
			}
			err = api.Call(t.Context(), "ListTrustedUsers", in, &out)
			return out.NextToken, err
		}
		token, err := page("", "")
		if err != nil || token == "" {
			t.Fatalf("first page: %q, %v", token, err)
		}
		_, err = page("user", token) // handed out for another question
		refused(t, err, "InvalidNextTokenException", "NextToken")
		var none json.RawMessage
		refused(t, api.Call(t.Context(), "DescribeTrustedUser", map[string]any{"TrustId": id, "UserName": "nobody*"}, &none), "EntityDoesNotExistException", "nobody*")
		refused(t, api.Call(t.Context(), "ListTrustedGroupMembers", map[string]any{"TrustId": id, "GroupName": "user0001"}, &none), "EntityDoesNotExistException", "user0001")
		refused(t, api.Call(t.Context(), "ListTrustedUsers", map[string]any{"TrustId": "t-0000000000"}, &none), "EntityDoesNotExistException", "t-0000000000")
		refused(t, api.Call(t.Context(), "ListTrustedUsers", map[string]any{"TrustId": id, "Limit": 1001}, &none), "InvalidParameterException", "1000")
	})

	t.Run("the partner stops", func(t *testing.T) {
		if err := big.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		var none json.RawMessage
		err := api.Call(t.Context(), "ListTrustedUsers", map[string]any{"TrustId": id}, &none)
		refused(t, err, "DirectoryUnavailableException", "From domain controller dc-", "the partner's side (dc1.people.example.net, 192.0.2.99 port 88)", "refuses connections")
		if err := big.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	})

	t.Run("not through a one-way trust", func(t *testing.T) {
		w.deleteIfThere(t, id)
		if err := big.DeleteLocalTrust(t.Context(), managedName); err != nil {
			t.Fatal(err)
		}
		id := w.bigTrust(t, types.TrustDirectionOneWayOutgoing, "incoming")
		var none json.RawMessage
		err := api.Call(t.Context(), "ListTrustedUsers", map[string]any{"TrustId": id}, &none)
		refused(t, err, "UnsupportedOperationException", "need a two-way trust")
		list, err := api.TrustApplications(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			if a.Works == a.NeedsTwoWay {
				t.Errorf("one-way outgoing: %+v", a)
			}
		}
	})
}

// people are the partner's: staff, one with an odd name, and groups in groups.
func people(root string) []forest.Entry {
	ou := "OU=Staff," + root
	list := []forest.Entry{{DN: ou, Attributes: [][2]string{{"objectClass", "organizationalUnit"}}}}
	user := func(dn, account, display, mail, flags string) {
		list = append(list, forest.Entry{DN: dn, Attributes: [][2]string{
			{"objectClass", "user"}, {"sAMAccountName", account}, {"userPrincipalName", account + "@" + peopleName},
			{"displayName", display}, {"mail", mail}, {"userAccountControl", flags},
		}})
	}
	person := func(i int) string { return fmt.Sprintf("CN=Person %04d,%s", i, ou) }
	for i := range staff {
		account, flags := fmt.Sprintf("user%04d", i), "544" // normal, without a password
		if i%disabled == 0 {
			flags = "546"
		}
		user(person(i), account, fmt.Sprintf("Person %04d", i), account+"@mail.example.net", flags)
	}
	odd := `CN=Odd\, One,` + ou
	user(odd, "odd", oddName, "odd@mail.example.net", "544")
	group := func(dn, account, kind string, members ...string) {
		g := forest.Entry{DN: dn, Attributes: [][2]string{{"objectClass", "group"}, {"sAMAccountName", account}, {"groupType", kind}}}
		for _, m := range members {
			g.Attributes = append(g.Attributes, [2]string{"member", m})
		}
		list = append(list, g)
	}
	var many []string
	for i := range 2000 {
		many = append(many, person(i))
	}
	const global, universalDistribution = "-2147483646", "8"
	group("CN=inner,"+ou, "inner", global, many...)
	group("CN=middle,"+ou, "middle", global, "CN=inner,"+ou, person(3000))
	group("CN=outer,"+ou, "outer", global, "CN=middle,"+ou, person(4000))
	group(`CN=Vertrieb\, Süd,`+ou, oddGroup, universalDistribution, odd)
	return append(list, forest.Entry{
		DN: "CN=Administrators,CN=Builtin," + root, Change: "modify",
		Attributes: [][2]string{{"add", "member"}, {"member", "<SID=S-1-5-21-1-2-3-1105>"}},
	})
}

// bigTrust makes both sides of a trust with the partner.
func (w world) bigTrust(t *testing.T, ours types.TrustDirection, theirs string) string {
	t.Helper()
	err := w.partner.CreateLocalTrust(t.Context(), forest.LocalTrust{
		Domain: managedName, Type: "forest", Direction: theirs, Password: secret.New(trustWord),
		User: "Admin", UserPassword: secret.New(harness.AdminPassword),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w.trustsBy(t, &directoryservice.CreateTrustInput{
		DirectoryId: aws.String(w.id), RemoteDomainName: aws.String(peopleName), TrustPassword: aws.String(trustWord),
		TrustDirection: ours, ConditionalForwarderIpAddrs: []string{w.partner.Address.Addr().String()},
	})
}

// extension is a client of what AWS has no call for.
func (w world) extension(t *testing.T) *client.Client {
	t.Helper()
	cfg, err := w.s.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return client.New(client.Config{Endpoint: w.s.Endpoint, Region: harness.Region, Credentials: cfg.Credentials})
}

func names(t *testing.T, api *client.Client, look client.Look) []string {
	t.Helper()
	var list []string
	for u, err := range api.TrustedUsers(t.Context(), look) {
		if err != nil {
			t.Fatalf("search %q: %v", look.Search, err)
		}
		list = append(list, u.UserName)
	}
	return list
}

func members(t *testing.T, api *client.Client, look client.Look, group string, recursive bool) []string {
	t.Helper()
	var list []string
	for m, err := range api.TrustedGroupMembers(t.Context(), look, group, recursive) {
		if err != nil {
			t.Fatalf("members of %s: %v", group, err)
		}
		list = append(list, m.MemberName)
	}
	return list
}

// refused compares an error with the code and the words it must have.
func refused(t *testing.T, err error, code string, words ...string) {
	t.Helper()
	var got *client.Error
	if !errors.As(err, &got) || got.Code != code {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	for _, word := range words {
		if !strings.Contains(got.Message, word) {
			t.Errorf("%q does not say %q", got.Message, word)
		}
	}
}
