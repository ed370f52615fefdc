package directory_test

import (
	"strings"
	"testing"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
)

func TestAdminPasswords(t *testing.T) {
	for password, ok := range map[string]bool{
		"Passw0rd":                          true,
		"passw0rd!":                         true,
		"PASSWORD1!":                        true,
		"Pass word":                         false, // a space is of no class
		"Pass word1":                        true,
		"pässWörd":                          true, // ä and ö count as other characters, as in the API's pattern
		strings.Repeat("aA1-", 16):          true,
		strings.Repeat("aA1-", 16) + "x":    false,
		"aA1-xyz":                           false,
		"password1":                         false,
		"PASSWORD":                          false,
		"":                                  false,
		"MyAdmin1":                          false,
		"xADMINx1-a":                        false,
		"Passw0rd\n":                        false,
		"Passw0rd\x00":                      false,
		"Passw0rd\xff":                      false,
		"ÄÄÄÄÄÄÄÄ":                          false,
		"e" + strings.Repeat("Ä", 62) + "1": true, // 64 characters, more bytes
	} {
		err := directory.CheckAdminPassword(secret.New(password))
		if (err == nil) != ok || !ok && !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", password, err)
		}
		if err != nil && len(password) > 2 && strings.Contains(err.Error(), password) {
			t.Errorf("%q: the error repeats it", password)
		}
	}
}

func TestTags(t *testing.T) {
	for name, c := range map[string]struct {
		key, value string
		ok         bool
	}{
		"plain":             {"Owner", "me", true},
		"all signs":         {"a_.:/=+-@ b", "_.:/=+-@ ü", true},
		"no value":          {"k", "", true},
		"longest":           {strings.Repeat("k", 128), strings.Repeat("ü", 256), true},
		"no key":            {"", "v", false},
		"long key":          {strings.Repeat("k", 129), "", false},
		"long value":        {"k", strings.Repeat("v", 257), false},
		"reserved":          {"aws:x", "", false},
		"reserved, capital": {"AWS:x", "", false},
		"sign in key":       {"a*b", "", false},
		"sign in value":     {"a", "<b>", false},
		"control character": {"a\n", "", false},
		"not UTF-8":         {"a\xff", "", false},
	} {
		if err := directory.CheckTag(c.key, c.value); (err == nil) != c.ok || !c.ok && !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAliases(t *testing.T) {
	for alias, ok := range map[string]bool{
		"corp": true, "a": true, "A1-b--c": true, strings.Repeat("a", 62): true, "dd-1": true,
		"": false, strings.Repeat("a", 63): false, "d-1": false, "D-x": false, "-a": false, "a-": false, "a.b": false, "ä": false,
	} {
		if err := directory.CheckAlias(alias); (err == nil) != ok {
			t.Errorf("%q: %v", alias, err)
		}
	}
}

func TestHostNamesHaveTheFormThatSambaTakes(t *testing.T) {
	for _, random := range [][9]byte{{}, {255, 255, 255, 255, 255, 255, 255, 255, 255}, {1, 26, 35, 36, 70, 100, 200, 35, 35}} {
		name := directory.NewHostName(random)
		if _, err := directory.ParseNetBIOS(name); err != nil || len(name) != 9 || name[0] < 'A' {
			t.Errorf("%v: %q, %v", random, name, err)
		}
	}
}

func TestADirectoryGivesBackEverythingItClaims(t *testing.T) {
	spec := directory.Spec{
		ID: "d-1", Name: "corp.example.com", ShortName: "CORP", Alias: "Corp",
		DCs: []directory.DC{{ID: "dc-1", HostName: "AX1"}, {ID: "dc-2", HostName: "BX2"}},
	}
	keys := map[string]string{}
	for _, c := range directory.Claims(spec) {
		keys[c.Key] = c.Owner
	}
	for key, owner := range map[string]string{
		"directory-name/corp.example.com": "d-1", "directory-netbios/CORP": "d-1", "alias/corp": "d-1", "alias/d-1": "d-1",
		"dc-host/ax1": "dc-1", "dc-host/bx2": "dc-2",
	} {
		if keys[key] != owner {
			t.Errorf("%s belongs to %q, want %q", key, keys[key], owner)
		}
	}
}
