package samba

import (
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/entente-ad/entente/directory"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestTheFilesOfAContainer(t *testing.T) {
	c := initConfig{HostName: "Q7ENTENTE1", Domain: "corp.example.com", ShortName: "CORP", Address: netip.MustParseAddr("10.128.0.5")}
	for name, got := range map[string]string{
		"smb.conf": smbConf(c, directory.DCConfig{}), "krb5.conf": krb5Conf(c), "hosts": hosts(c), "resolv.conf": resolvConf(c, forwarderAddress),
	} {
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || got != string(want) {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}
