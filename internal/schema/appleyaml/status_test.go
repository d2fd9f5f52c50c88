package appleyaml

import (
	"slices"
	"testing"

	"syncguard/internal/target"
)

func TestReadStatusItems(t *testing.T) {
	const lamp = "lamp.state,string,on|off,iOS 16.0; macOS 13.0,iOS; Shared iPad; macOS,iOS,,macOS,iOS; macOS,Shared iPad; macOS,,apple/device-management@0000000000000000000000000000000000000000; remark\n"
	x, err := readStatusItems([]byte(statusColumns + "\n" + lamp + "door.list,array,,macOS 26.0,macOS,,,,macOS,,,page\n"))
	if err != nil {
		t.Fatal(err)
	}
	k := x.Key("lamp.state")
	ios, macOS := k.Availability[target.IOS], k.Availability[target.MacOS]
	if len(k.RangeList) != 2 || ios.Introduced.String() != "16" || !slices.Equal(ios.AllowedEnrollments, []string{"supervised", "device"}) ||
		!slices.Equal(ios.SharedIPad.AllowedScopes, []string{"user"}) || !slices.Equal(macOS.AllowedScopes, []string{"system", "user"}) ||
		!slices.Equal(macOS.AllowedEnrollments, []string{"supervised", "local"}) || !k.Availability[target.TvOS].NotAvailable {
		t.Errorf("the item is %+v", k)
	}
	if len(x.Keys) != 2 || len(x.Sources) != 2 || x.Sources[1].Name != "developer.apple.com" {
		t.Errorf("the type is %+v", x)
	}
	for name, data := range map[string]string{
		"no line":         "",
		"another header":  "name,type\n",
		"unknown kind":    statusColumns + "\nlamp,bulb,,iOS 16.0,,,,,,,,page\n",
		"version":         statusColumns + "\nlamp,string,,iOS soon,,,,,,,,page\n",
		"value":           statusColumns + "\nlamp,integer,low,iOS 16.0,,,,,,,,page\n",
		"columns missing": statusColumns + "\nlamp,string\n",
	} {
		if _, err := readStatusItems([]byte(data)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
