package main

import (
	"fmt"
	"io"
	"iter"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/entente-ad/entente/client"
)

// lookFlags are the flags that the commands that list through a trust share.
type lookFlags struct {
	search string
	limit  int
	asJSON bool
}

func (f *lookFlags) add(cmd *cobra.Command, what string) {
	cmd.Flags().StringVar(&f.search, "search", "", "only "+what+" whose name contains this `text`")
	cmd.Flags().IntVar(&f.limit, "limit", 0, "at most this many; 0 means all")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON, one object a line")
}

func trustUsers(c *connection) *cobra.Command {
	var f lookFlags
	cmd := &cobra.Command{
		Use:     "users TRUST-ID",
		Short:   "List users of the trusted domain, read through the trust",
		Example: "  entente trust users t-0123456789 --search müller",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			api, err := c.client(cmd.Context())
			if err != nil {
				return err
			}
			users := api.TrustedUsers(cmd.Context(), client.Look{TrustID: args[0], Search: f.search, Limit: f.limit})
			return f.print(cmd, "users", "NAME\tFULL NAME\tMAIL\tPRINCIPAL NAME\tSTATE", rows(users, func(u client.TrustedUser) []string {
				return []string{u.UserName, u.DisplayName, u.Mail, u.UserPrincipalName, state(u.Enabled)}
			}))
		},
	}
	f.add(cmd, "users")
	return cmd
}

func trustGroups(c *connection) *cobra.Command {
	var f lookFlags
	cmd := &cobra.Command{
		Use:     "groups TRUST-ID",
		Short:   "List groups of the trusted domain, read through the trust",
		Example: "  entente trust groups t-0123456789 --search admin",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			api, err := c.client(cmd.Context())
			if err != nil {
				return err
			}
			groups := api.TrustedGroups(cmd.Context(), client.Look{TrustID: args[0], Search: f.search, Limit: f.limit})
			return f.print(cmd, "groups", "NAME\tSCOPE\tTYPE\tDESCRIPTION", rows(groups, func(g client.TrustedGroup) []string {
				return []string{g.GroupName, g.GroupScope, g.GroupType, g.Description}
			}))
		},
	}
	f.add(cmd, "groups")
	return cmd
}

func trustMembers(c *connection) *cobra.Command {
	var f lookFlags
	var recursive bool
	cmd := &cobra.Command{
		Use:     "members TRUST-ID GROUP",
		Short:   "List members of a group of the trusted domain, read through the trust",
		Example: "  entente trust members t-0123456789 'Sales Europe' --recursive",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			api, err := c.client(cmd.Context())
			if err != nil {
				return err
			}
			members := api.TrustedGroupMembers(cmd.Context(), client.Look{TrustID: args[0], Search: f.search, Limit: f.limit}, args[1], recursive)
			return f.print(cmd, "members", "NAME\tTYPE\tFULL NAME\tSTATE", rows(members, func(m client.TrustedMember) []string {
				shown := ""
				if m.MemberType == "User" || m.MemberType == "Computer" {
					shown = state(m.Enabled)
				}
				return []string{m.MemberName, m.MemberType, m.DisplayName, shown}
			}))
		},
	}
	f.add(cmd, "members")
	cmd.Flags().BoolVar(&recursive, "recursive", false, "also members of groups in the group")
	return cmd
}

func trustUser(c *connection) *cobra.Command {
	return &cobra.Command{
		Use:     "user TRUST-ID USER",
		Short:   "Show a user of the trusted domain and all groups that the user is in",
		Example: "  entente trust user t-0123456789 alice",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			api, err := c.client(cmd.Context())
			if err != nil {
				return err
			}
			user, groups, err := api.DescribeTrustedUser(cmd.Context(), args[0], args[1])
			if err != nil {
				return err
			}
			tw := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, line := range [][2]string{
				{"Name", user.LogonName}, {"Full name", user.DisplayName}, {"Mail", user.Mail}, {"Principal name", user.UserPrincipalName},
				{"State", state(user.Enabled)}, {"SID", user.Sid}, {"In the directory", user.DistinguishedName},
			} {
				if line[1] != "" {
					_, _ = fmt.Fprintf(tw, "%s\t%s\n", line[0], printable(line[1]))
				}
			}
			_, _ = fmt.Fprintln(tw, "\nGROUP\tSCOPE\tHOW")
			for _, g := range groups {
				how := "by way of another group"
				switch {
				case g.Primary:
					how = "primary group"
				case g.Direct:
					how = "directly"
				}
				_, _ = fmt.Fprintf(tw, "%s\t%s\t%s\n", printable(g.GroupName), g.GroupScope, how)
			}
			return tw.Flush()
		},
	}
}

func state(enabled bool) string {
	if enabled {
		return "enabled"
	}
	return "disabled"
}

// printable keeps control characters of foreign names off the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}

// shown is one line of a list: the object, and what a table shows of it.
type shown struct {
	object any
	cells  []string
}

func rows[T any](list iter.Seq2[T, error], cells func(T) []string) iter.Seq2[shown, error] {
	return func(yield func(shown, error) bool) {
		for item, err := range list {
			if !yield(shown{item, cells(item)}, err) {
				return
			}
		}
	}
}

// flushEvery is after how many lines a table is printed, so that a long list
// shows progress.
const flushEvery = 1000

func (f *lookFlags) print(cmd *cobra.Command, what, head string, list iter.Seq2[shown, error]) error {
	tw := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	if !f.asJSON {
		_, _ = io.WriteString(tw, head+"\n")
	}
	n := 0
	for row, err := range list {
		if err != nil {
			_ = tw.Flush()
			return err
		}
		n++
		if f.asJSON {
			if err := printJSONLine(cmd, row.object); err != nil {
				return err
			}
			continue
		}
		for i := range row.cells {
			row.cells[i] = printable(row.cells[i])
		}
		_, _ = io.WriteString(tw, strings.Join(row.cells, "\t")+"\n")
		if n%flushEvery == 0 {
			_ = tw.Flush()
		}
	}
	if f.asJSON {
		return nil
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "%d %s\n", n, what)
	return nil
}
