package cli

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/view"
)

func newDoctorCmd(env *Env) *cobra.Command {
	var o app.DoctorOptions
	var format choiceFlag
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find out whether the network is the cause of \"Sync Paused\"",
		Long: `Check, from this machine, what iCloud needs of a network. Run it on the Wi-Fi of the phone, with the VPN off.

  clock          Is the clock right, by Apple's time servers?
  UDP 123        Do time servers answer, so that devices can set their clocks?
  DNS            Does the system's resolver know iCloud's hosts, as two encrypted ones do?
  encrypted DNS  Are the resolvers of the DNS profile in reach, on ports 443 and 853?
  port 443       Do iCloud's hosts answer?
  TLS            Does anybody in between replace their certificates?
  login page     Does a captive portal answer in their place? Is port 80 open?
  proxy          Does the network want an HTTP proxy, and does it let iCloud through?
  IPv6           On a network with IPv6 only: is there NAT64?

The exit code is 0 if nothing is wrong, 1 if a cause was found, 3 if none was found and something could not be checked. Only names
of Apple's hosts are asked for (and ipv4only.arpa); nothing about you is sent.`,
		Example: `  syncguard doctor
  syncguard doctor --timeout 5s
  syncguard doctor --format json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := app.Doctor(cmd.Context(), env.host(), o)
			if err != nil {
				return err
			}
			if err := show(env, format, r, (*view.Printer).Doctor); err != nil {
				return err
			}
			return doctorVerdict(r)
		},
	}
	cmd.Flags().DurationVar(&o.Timeout, "timeout", 15*time.Second, "give up after this time, 3s or more")
	format.addFormats(cmd, "text", "json")
	return cmd
}

// doctorVerdict returns the error for the exit code.
func doctorVerdict(r *app.DoctorResult) error {
	switch {
	case len(r.Causes) > 0:
		return errFindings
	case r.Offline:
		return diag.WithHint(errors.New("nothing answered: no resolver, no server"), "is this machine online? Connect it to the phone's Wi-Fi, and run this again")
	case !r.Complete():
		return errors.New("no cause was found, but not everything could be checked")
	}
	return nil
}
