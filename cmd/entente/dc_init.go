package main

import (
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
					return dnsforward.New(dnsforward.Config{OwnDomain: c.OwnDomain, OwnAddresses: c.OwnAddresses, Log: c.Log})
				},
			})
		},
	}
	cmd.Flags().StringVar(&configFile, "config", "", "config.json of the domain controller's state folder")
	return cmd
}
