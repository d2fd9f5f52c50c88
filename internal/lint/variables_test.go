package lint

import (
	"strings"
	"testing"

	"syncguard/internal/plist"
)

func TestSignedVariables(t *testing.T) {
	root := plist.NewDictionary().
		Set("a", plist.NewString("100% of 50 %, costs 5$")).
		Set("b", plist.NewArray(plist.NewString("plain"), plist.NewString("$SERIALNUMBER")))
	got := SignedVariables(root)
	if len(got) != 1 || got[0].Path.String() != "b[1]" || !strings.Contains(got[0].Message, "$SERIALNUMBER") {
		t.Errorf("got %v", got)
	}
}
