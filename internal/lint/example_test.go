package lint_test

import (
	"fmt"

	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// A restriction that only supervised devices obey, on an iPhone whose user installs the profile.
func Example() {
	payload := plist.NewDictionary().
		Set("PayloadType", plist.NewString("com.apple.applicationaccess")).
		Set("PayloadVersion", plist.NewInteger(1)).
		Set("PayloadIdentifier", plist.NewString("com.example.clock.restrictions")).
		Set("PayloadUUID", plist.NewString("6f1d2a38-5a0c-4f0e-9d1b-0c7f3a9e4b21")).
		Set("forceAutomaticDateAndTime", plist.NewBoolean(true))
	profile := plist.NewDictionary().
		Set("PayloadType", plist.NewString("Configuration")).
		Set("PayloadVersion", plist.NewInteger(1)).
		Set("PayloadIdentifier", plist.NewString("com.example.clock")).
		Set("PayloadUUID", plist.NewString("0b7c5e8e-93a6-4d5b-8a3c-6c1f5b0f7d10")).
		Set("PayloadContent", plist.NewArray(payload))

	phone, _ := target.Parse("iOS@26/manual")
	found, err := lint.Check(schema.Embedded(), profile, []target.Target{phone})
	if err != nil {
		fmt.Println(err)
	}
	for _, d := range found {
		fmt.Printf("%s: %s: %s [%s]\n", d.Path.String(), d.Severity, d.Message, d.Rule)
	}
	// Output:
	// PayloadContent[0].forceAutomaticDateAndTime: warning: "forceAutomaticDateAndTime" needs supervision and does nothing on iOS/manual [needs-supervision]
}
