package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/entente-ad/entente/client"
)

func trustApplications(c *connection) *cobra.Command {
	return &cobra.Command{
		Use:     "applications TRUST-ID",
		Short:   "Say which AWS applications work for the trusted domain's users",
		Example: "  entente trust applications t-0123456789",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			api, err := c.client(cmd.Context())
			if err != nil {
				return err
			}
			list, err := api.TrustApplications(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return printApplications(cmd.OutOrStdout(), list)
		},
	}
}

func printApplications(w io.Writer, list []client.TrustApplication) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tw, "APPLICATION\tNEEDS\tWORKS\tWHY")
	for _, a := range list {
		needs, works := "one-way", "no"
		if a.NeedsTwoWay {
			needs = "two-way"
		}
		if a.Works {
			works = "yes"
		}
		_, _ = fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", a.Name, needs, works, a.Why)
	}
	return tw.Flush()
}

func printJSONLine(cmd *cobra.Command, object any) error {
	return json.NewEncoder(cmd.OutOrStdout()).Encode(object)
}
