package directory

import (
	"slices"
	"strings"
	"time"

	"github.com/entente-ad/entente/internal/errs"
)

// The values that settings of protocols and ciphers have.
const (
	Enable  = "Enable"
	Disable = "Disable"
)

// Setting is what can be set of a directory, and what it means to Samba.
type Setting struct {
	Name    string // as AWS names it: "TLS_1_0"
	Type    string // "Protocol", "Cipher", "Certificate-Based Authentication"
	Default string // the value that is in force when nobody set one

	// gnutls is what GnuTLS calls it in a priority string. "" means that it
	// cannot be changed; why then says so in a sentence.
	gnutls string
	why    string
}

const (
	typeProtocol    = "Protocol"
	typeCipher      = "Cipher"
	typeCertificate = "Certificate-Based Authentication"

	whyProtocol = "The domain controllers' TLS library, GnuTLS, does not have this protocol any more, so it is always disabled."
	whyCipher   = "The domain controllers' TLS library, GnuTLS, does not have this cipher, so it is always disabled."
	whyMapping  = "The domain controllers' Kerberos service, Samba's, has no such switch: it does not map certificates to accounts in a weak way."
)

// Settings lists all settings, as DescribeSettings does.
func Settings() []Setting {
	return []Setting{
		{"PCT_1_0", typeProtocol, Disable, "", whyProtocol},
		{"SSL_2_0", typeProtocol, Disable, "", whyProtocol},
		{"SSL_3_0", typeProtocol, Disable, "", whyProtocol},
		{"TLS_1_0", typeProtocol, Enable, "VERS-TLS1.0", ""},
		{"TLS_1_1", typeProtocol, Enable, "VERS-TLS1.1", ""},
		{"AES_128_128", typeCipher, Enable, "AES-128-GCM AES-128-CCM AES-128-CCM-8 AES-128-CBC", ""},
		{"DES_56_56", typeCipher, Disable, "", whyCipher},
		{"RC2_40_128", typeCipher, Disable, "", whyCipher},
		{"RC2_56_128", typeCipher, Disable, "", whyCipher},
		{"RC2_128_128", typeCipher, Disable, "", whyCipher},
		{"RC4_40_128", typeCipher, Disable, "", whyCipher},
		{"RC4_56_128", typeCipher, Disable, "", whyCipher},
		{"RC4_64_128", typeCipher, Disable, "", whyCipher},
		{"RC4_128_128", typeCipher, Disable, "ARCFOUR-128", ""},
		{"3DES_168_168", typeCipher, Disable, "3DES-CBC", ""},
		{"CERTIFICATE_BACKDATING_COMPENSATION", typeCertificate, "", "", whyMapping},
		{"CERTIFICATE_STRONG_ENFORCEMENT", typeCertificate, "", "", whyMapping},
	}
}

// SettingNamed finds a setting.
func SettingNamed(name string) (Setting, bool) {
	all := Settings()
	i := slices.IndexFunc(all, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return all[i], true
}

// Known reports whether the setting has a value in this directory at all.
func (s Setting) Known() bool { return s.Default != "" }

// Check says why a value cannot be set: errs.Invalid when it is none that the
// setting can have, errs.UnsupportedSettings when Samba cannot do it. A value
// that is always in force may be set.
func (s Setting) Check(value string) error {
	if !s.Known() {
		return errs.E(errs.UnsupportedSettings, "The setting %s is not supported. %s", s.Name, s.why)
	}
	if value != Enable && value != Disable {
		return errs.E(errs.Invalid, "The value %s is not valid for the setting %s. Its values are %s and %s.", value, s.Name, Enable, Disable)
	}
	if s.gnutls == "" && value != s.Default {
		return errs.E(errs.UnsupportedSettings, "The value %s is not supported for the setting %s. %s", value, s.Name, s.why)
	}
	return nil
}

// TLSPriority is the GnuTLS priority string (smb.conf's "tls priority") for
// settings by name. What is not set has its default.
func TLSPriority(values map[string]string) string {
	priority := "NORMAL:-VERS-SSL3.0"
	for _, s := range Settings() {
		value, set := values[s.Name]
		if s.gnutls == "" || !set || value == s.Default {
			continue
		}
		sign := ":+"
		if value == Disable {
			sign = ":-"
		}
		priority += sign + strings.ReplaceAll(s.gnutls, " ", sign)
	}
	return priority
}

// SettingsSpec is what was asked for of a directory's settings, by name. Only
// package service writes it.
type SettingsSpec struct {
	Serial int64                  `json:"Serial"`
	Wishes map[string]SettingWish `json:"Wishes"`
}

// SettingWish is one setting as asked for last.
type SettingWish struct {
	Value  string    `json:"Value"`
	Serial int64     `json:"Serial"` // SettingsSpec.Serial of the request
	At     time.Time `json:"At"`
}

// Values gives the settings wanted, by name.
func (s SettingsSpec) Values() map[string]string {
	values := make(map[string]string, len(s.Wishes))
	for name, wish := range s.Wishes {
		values[name] = wish.Value
	}
	return values
}

// SettingState is what became of a request for a setting, as the API names it.
type SettingState string

// The states that a request for a setting goes through.
const (
	SettingRequested SettingState = "Requested"
	SettingUpdating  SettingState = "Updating"
	SettingUpdated   SettingState = "Updated"
	SettingFailed    SettingState = "Failed"
	SettingDefault   SettingState = "Default" // never asked for
)

// DCConfig is what is set of every domain controller of a directory in a
// Region beyond what all have.
type DCConfig struct {
	TLSPriority string // "" means Samba's default
	SecurityLog bool   // write the security log
}

// ConfigStatus is what became of settings and security logs. Only its
// reconciler writes it.
type ConfigStatus struct {
	Applied map[string]string       `json:"Applied"` // settings in force on every domain controller, by name
	Serial  int64                   `json:"Serial"`  // SettingsSpec.Serial of what is in force
	Since   time.Time               `json:"Since"`   // when that came into force
	Regions map[string]RegionConfig `json:"Regions"` // by Region's name
}

// RegionConfig is how far the last request has got in a Region.
type RegionConfig struct {
	Serial int64        `json:"Serial"` // that is in force on all its domain controllers
	State  SettingState `json:"State"`
	Reason string       `json:"Reason"`
}
