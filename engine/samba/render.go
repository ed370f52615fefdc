package samba

import (
	"fmt"
	"net/netip"
	"os"
	"strings"

	"github.com/entente-ad/entente/directory"
)

// loopback is where Samba's DNS answers inside the container, besides the
// DC's own address; forwarderAddress is where our forwarder does.
var (
	loopback         = netip.MustParseAddr("127.0.0.1")
	forwarderAddress = netip.MustParseAddr("127.0.0.53")
)

// smbConf renders /etc/samba/smb.conf. It is written before provision, which
// leaves a file that is there alone, and again before every start.
//
//   - winbindd runs beside samba, so that it can be restarted alone; under
//     samba its end ends the whole DC.
//   - without `bind interfaces only` Samba holds 0.0.0.0:53 and the forwarder
//     cannot bind.
//   - `winbind reconnect delay` cuts how long a partner that came back is
//     still taken for dead from 30 s to about 6 s.
//   - `dreplsrv:notify_interval` is how often a DC looks whether it has changes
//     to tell the others: 1 s instead of 5 s, since whoever has just reset a
//     password or made a trust asks the other DC next.
//   - samba_dnsupdate would otherwise need nsupdate from another package.
func smbConf(c initConfig, set directory.DCConfig) string {
	return fmt.Sprintf(`# Written by Entente before every start.
[global]
	ad dc functional level = 2016
	netbios name = %s
	realm = %s
	workgroup = %s
	server role = active directory domain controller
	server services = -winbindd
	prefork children = 1
	dns forwarder = %s
	dns update command = /usr/sbin/samba_dnsupdate --use-samba-tool
	interfaces = %s eth0
	bind interfaces only = yes
	winbind reconnect delay = 2
	dreplsrv:notify_interval = 1
	tls enabled = yes
	tls keyfile = tls/key.pem
	tls certfile = tls/cert.pem
	tls cafile = tls/ca.pem
%s
[sysvol]
	path = /var/lib/samba/sysvol
	read only = No

[netlogon]
	path = /var/lib/samba/sysvol/%s/scripts
	read only = No
`, strings.ToUpper(c.HostName), c.realm(), c.ShortName, forwarderAddress, loopback, options(set), c.Domain)
}

// krb5Conf renders /etc/krb5.conf: KDCs of any realm are found by DNS, which
// the conditional forwarders steer.
func krb5Conf(c initConfig) string {
	return fmt.Sprintf(`[libdefaults]
	default_realm = %s
	dns_lookup_realm = false
	dns_lookup_kdc = true
	rdns = false
`, c.realm())
}

func hosts(c initConfig) string {
	host := strings.ToLower(c.HostName)
	return fmt.Sprintf("127.0.0.1 localhost\n%s %s.%s %s\n", c.Address, host, c.Domain, host)
}

// resolvConf renders /etc/resolv.conf: while a DC is joining it asks the DC
// that it joins, afterwards its own forwarder.
func resolvConf(c initConfig, server netip.Addr) string {
	return fmt.Sprintf("nameserver %s\nsearch %s\noptions timeout:2 attempts:2\n", server, c.Domain)
}

// render writes all files of the container. Those that are mounted are
// rewritten in place, since a bind mount holds on to the file, not its name.
func render(c initConfig, nameserver netip.Addr) error {
	set, err := readDCConfig(c.StateDir)
	if err != nil {
		return err
	}
	for _, f := range []struct{ path, content string }{
		{c.path(dirEtc, "smb.conf"), smbConf(c, set)},
		{c.path(dirEtc, "krb5.conf"), krb5Conf(c)},
		{c.path(fileHosts), hosts(c)},
		{c.path(fileResolv), resolvConf(c, nameserver)},
	} {
		if err := os.WriteFile(f.path, []byte(f.content), 0o644); err != nil {
			return err
		}
	}
	return nil
}
