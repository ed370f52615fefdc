package samba

import "os"

// Program is a file of Samba's that domain controllers work with.
type Program struct {
	Path    string
	Package string // that brings it, on Debian
	For     string
}

var installed = []Program{
	{"/usr/sbin/samba", "samba-ad-dc", "domain controllers"},
	{"/usr/sbin/samba_kcc", "samba-ad-dc", "replication"},
	{"/usr/sbin/winbindd", "winbind", "trusts"},
	{"/usr/bin/samba-tool", "python3-samba", "making and joining domains"},
	{"/usr/share/samba/setup/provision_users.ldif", "samba-ad-provision", "making domains"},
	{"/usr/bin/tdbbackup", "tdb-tools", "snapshots"},
}

// Missing lists what this host lacks. Nothing in a domain controller's
// container could say it as early.
func Missing() []Program {
	var missing []Program
	for _, p := range installed {
		if _, err := os.Stat(p.Path); err != nil {
			missing = append(missing, p)
		}
	}
	return missing
}
