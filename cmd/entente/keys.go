package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// accessKey is a key as the API tells of it.
type accessKey struct {
	AccessKeyID     string `json:"AccessKeyId"`
	Description     string
	ReadOnly        bool
	CreatedDateTime float64 // epoch seconds
}

func keysCommand() *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Create, list and delete access keys",
		Long: `An access key is what the AWS CLI, the SDKs and Terraform sign their requests
with. entente serve makes the first one; these commands are signed with it.`,
		Args: cobra.NoArgs,
		RunE: onlyHelp,
	}
	c.flags(cmd)
	cmd.AddCommand(keysCreate(&c), keysList(&c), keysDelete(&c))
	return cmd
}

func keysCreate(c *connection) *cobra.Command {
	var description string
	var readOnly bool
	cmd := &cobra.Command{
		Use:     "create",
		Short:   "Create an access key and print it in the AWS credentials format",
		Long:    "Create an access key and print it in the AWS credentials format. The secret is shown this once only.",
		Example: "  entente keys create --description terraform >> ~/.aws/credentials",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			api, err := c.client(cmd.Context())
			if err != nil {
				return err
			}
			in := struct {
				Description string `json:",omitempty"`
				ReadOnly    bool
			}{description, readOnly}
			var out struct {
				AccessKey       accessKey
				SecretAccessKey string
			}
			if err := api.Call(cmd.Context(), "CreateAccessKey", in, &out); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "[entente-%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n",
				out.AccessKey.AccessKeyID[len(out.AccessKey.AccessKeyID)-4:], out.AccessKey.AccessKeyID, out.SecretAccessKey)
			return err
		},
	}
	cmd.Flags().StringVar(&description, "description", "", "what the key is for, at most 128 characters")
	cmd.Flags().BoolVar(&readOnly, "read-only", false, "the key may describe and list, and change nothing")
	return cmd
}

func keysList(c *connection) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the access keys, without their secrets",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			api, err := c.client(cmd.Context())
			if err != nil {
				return err
			}
			var out struct{ AccessKeys []accessKey }
			if err := api.Call(cmd.Context(), "ListAccessKeys", struct{}{}, &out); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd, out.AccessKeys)
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(table, "ACCESS KEY ID\tMAY\tCREATED\tDESCRIPTION")
			for _, k := range out.AccessKeys {
				may := "read and write"
				if k.ReadOnly {
					may = "read"
				}
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", k.AccessKeyID, may, clock(k.CreatedDateTime), k.Description)
			}
			return table.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func keysDelete(c *connection) *cobra.Command {
	return &cobra.Command{
		Use:   "delete ACCESS-KEY-ID",
		Short: "Delete an access key; requests signed with it are refused at once",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			api, err := c.client(cmd.Context())
			if err != nil {
				return err
			}
			in := struct{ AccessKeyId string }{args[0]}
			return api.Call(cmd.Context(), "DeleteAccessKey", in, &struct{}{})
		},
	}
}

// clock shows epoch seconds as local time, or "–" for none.
func clock(epoch float64) string {
	if epoch == 0 {
		return "–"
	}
	return time.UnixMilli(int64(epoch * 1000)).Format("2006-01-02 15:04:05")
}

func printJSON(cmd *cobra.Command, v any) error {
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
