package profiles_test

import (
	"fmt"
	"log"

	"syncguard/profiles"
)

func ExampleProfile_Encode() {
	p := profiles.Profile{
		Identifier:  "com.acme.clock",
		UUID:        profiles.UUID("com.acme", "com.acme.clock"),
		DisplayName: "Clock",
		Payloads: []profiles.Payload{{
			Type:       "com.apple.applicationaccess",
			Identifier: "com.acme.clock.restrictions",
			UUID:       profiles.UUID("com.acme", "com.acme.clock.restrictions"),
			Keys:       profiles.Dictionary().Set("forceAutomaticDateAndTime", profiles.Boolean(true)),
		}},
	}
	data, err := p.Encode()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(data))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
	// <plist version="1.0">
	// <dict>
	// 	<key>PayloadContent</key>
	// 	<array>
	// 		<dict>
	// 			<key>PayloadIdentifier</key>
	// 			<string>com.acme.clock.restrictions</string>
	// 			<key>PayloadType</key>
	// 			<string>com.apple.applicationaccess</string>
	// 			<key>PayloadUUID</key>
	// 			<string>77D16024-1A36-5FDD-90B2-2E0280429AD5</string>
	// 			<key>PayloadVersion</key>
	// 			<integer>1</integer>
	// 			<key>forceAutomaticDateAndTime</key>
	// 			<true/>
	// 		</dict>
	// 	</array>
	// 	<key>PayloadDisplayName</key>
	// 	<string>Clock</string>
	// 	<key>PayloadIdentifier</key>
	// 	<string>com.acme.clock</string>
	// 	<key>PayloadType</key>
	// 	<string>Configuration</string>
	// 	<key>PayloadUUID</key>
	// 	<string>0181CA0D-D161-52F5-936F-B465A40F7DD5</string>
	// 	<key>PayloadVersion</key>
	// 	<integer>1</integer>
	// </dict>
	// </plist>
}

func ExampleParse() {
	data, err := (&profiles.Profile{Identifier: "com.acme.clock", UUID: profiles.UUID("com.acme", "com.acme.clock")}).Encode()
	if err != nil {
		log.Fatal(err)
	}
	p, err := profiles.Parse(data)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Identifier, p.UUID)

	_, err = profiles.Parse([]byte("hello"))
	fmt.Println(err)
	// Output:
	// com.acme.clock 0181CA0D-D161-52F5-936F-B465A40F7DD5
	// reading profile: 1:1: the file is of an unknown kind, want an XML or binary property list
}

func ExampleUUID() {
	fmt.Println(profiles.UUID("com.acme", "com.acme.clock"))
	// Output:
	// 0181CA0D-D161-52F5-936F-B465A40F7DD5
}

func ExamplePreferences() {
	dock := profiles.Payload{
		Type:       profiles.ManagedPreferences,
		Identifier: "com.acme.dock.preferences",
		UUID:       profiles.UUID("com.acme", "com.acme.dock.preferences"),
		Keys: profiles.Dictionary().Set("PayloadContent",
			profiles.Preferences("com.apple.dock", profiles.Forced, profiles.Dictionary().Set("autohide", profiles.Boolean(true)))),
	}
	data, err := profiles.Encode(dock.Value())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(data))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
	// <plist version="1.0">
	// <dict>
	// 	<key>PayloadContent</key>
	// 	<dict>
	// 		<key>com.apple.dock</key>
	// 		<dict>
	// 			<key>Forced</key>
	// 			<array>
	// 				<dict>
	// 					<key>mcx_preference_settings</key>
	// 					<dict>
	// 						<key>autohide</key>
	// 						<true/>
	// 					</dict>
	// 				</dict>
	// 			</array>
	// 		</dict>
	// 	</dict>
	// 	<key>PayloadIdentifier</key>
	// 	<string>com.acme.dock.preferences</string>
	// 	<key>PayloadType</key>
	// 	<string>com.apple.ManagedClient.preferences</string>
	// 	<key>PayloadUUID</key>
	// 	<string>0148634E-FE8E-5E6F-80B3-ABCBA59FE845</string>
	// 	<key>PayloadVersion</key>
	// 	<integer>1</integer>
	// </dict>
	// </plist>
}

func ExampleDeclaration_Encode() {
	passcode := profiles.Declaration{
		Type:       "com.apple.configuration.passcode.settings",
		Identifier: profiles.DeclarationIdentifier("com.acme", "com.acme.passcode"),
		Payload:    profiles.Dictionary().Set("RequirePasscode", profiles.Boolean(true)),
	}
	for _, d := range []profiles.Declaration{passcode, profiles.Activation("com.acme.passcode.activation", passcode.Identifier)} {
		data, err := d.Encode()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(string(data))
	}
	// Output:
	// {
	//   "Identifier": "com.acme.passcode",
	//   "Payload": {
	//     "RequirePasscode": true
	//   },
	//   "ServerToken": "28a0f6e3b1b8ccc2febe7090468c070b01d0053722c1c0e75c647c19844b4dec",
	//   "Type": "com.apple.configuration.passcode.settings"
	// }
	// {
	//   "Identifier": "com.acme.passcode.activation",
	//   "Payload": {
	//     "StandardConfigurations": [
	//       "com.acme.passcode"
	//     ]
	//   },
	//   "ServerToken": "fcc7e889990d54481d409aa2f176c4aa1434914cc99692712c2c56c3a0cb3c3f",
	//   "Type": "com.apple.activation.simple"
	// }
}

func ExampleDeriveUUIDs() {
	wifi := profiles.Payload{Type: "com.apple.wifi.managed", Identifier: "com.acme.wifi.office", UUID: "00000000-0000-4000-8000-000000000002"}
	profile := profiles.Profile{Identifier: "com.acme.wifi", UUID: "00000000-0000-4000-8000-000000000001", Payloads: []profiles.Payload{wifi}}
	renamed, err := profiles.DeriveUUIDs(profile.Value(), "com.acme")
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range renamed {
		fmt.Println(r.Name, r.Old, r.New)
	}
	// Output:
	// com.acme.wifi 00000000-0000-4000-8000-000000000001 D5216BF8-ED0F-5DD8-A268-D7EE532970A7
	// com.acme.wifi.office 00000000-0000-4000-8000-000000000002 DEF9EA1A-F921-5DC4-BF8E-3C17727E3C3D
}
