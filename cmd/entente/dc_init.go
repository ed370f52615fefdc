package main

import (
	"net/netip"

	"github.com/spf13/cobra"

	"github.com/entente-ad/entente/engine/dnsforward"
	"github.com/entente-ad/entente/engine/samba"
)

// dcInitCommand is pid 1 of a domain controller's container; nobody types it.
func dcInitCommand() *cobra.Command {
	var configFile string
	cmd := &cobra.Command{
		Use:    "dc-init",
		Short:  "Run as the init of a domain controller's namespaces",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return samba.Init(cmd.Context(), samba.InitConfig{
				ConfigFile: configFile,
				NewForwarder: func(c samba.ForwarderConfig) samba.Forwarder {
					return dnsforward.New(dnsforward.Config{OwnDomain: c.OwnDomain, OwnAddresses: c.OwnAddresses, OwnNetworks: ownNetworks(c.OwnAddresses), Log: c.Log})
				},
			})
		},
	}
	cmd.Flags().StringVar(&configFile, "config", "", "config.json of the domain controller's state folder")
	return cmd
}

// ownNetworks are those whose reverse zones the directory may have: private
// space, and what is around the domain controller.
func ownNetworks(addresses []netip.Addr) []netip.Prefix {
	list := []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	}
	for _, a := range addresses {
		if around, err := a.Prefix(24); err == nil && a.Is4() && !a.IsPrivate() {
			list = append(list, around)
		}
	}
	return list
}
