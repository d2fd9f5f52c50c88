package deploy

import (
	"context"
	"errors"
)

// Commander is a destination that has commands for the server which are about no file.
type Commander interface {
	Commands() []*Parcel
}

// Finisher is a destination that asks for something more when the parcels are there, such as to notify the devices.
type Finisher interface {
	// Last makes these requests, for the parcels that the server has now.
	Last(parcels []*Parcel) []*Request
	// Ended reads an answer to one of them: by enrollment, what went wrong.
	Ended(answer *Response) (failed map[string]string, err error)
}

// Finish sends what comes last, each request whatever became of the one before. It is not begun after an interruption.
func Finish(ctx context.Context, f Finisher, c *Client, parcels []*Parcel) (failed map[string]string, err error) {
	failed = map[string]string{}
	for _, r := range f.Last(parcels) {
		if ctx.Err() != nil {
			return failed, errors.Join(err, ErrInterrupted)
		}
		answer, doErr := c.Do(ctx, r)
		if doErr != nil {
			err = errors.Join(err, doErr)
			continue
		}
		some, endErr := f.Ended(answer)
		err = errors.Join(err, endErr)
		for enrollment, reason := range some {
			failed[enrollment] = reason
		}
	}
	return failed, err
}

// Follower is a destination that can tell what the devices make of the parcels.
type Follower interface {
	// Follows says whether it was set up for that.
	Follows() bool
	// Expect is told of the parcels before they are sent.
	Expect(parcels []*Parcel)
	// Follow tells what the devices say of what was expected, until these parcels are answered or the time for it is over.
	Follow(ctx context.Context, parcels []*Parcel, tell func(Answer)) error
}

// Answer is what a device says of a parcel.
type Answer struct {
	Parcel   *Parcel
	Status   string // in the words of Apple's protocol
	Final    bool   // the device will say no more
	OK       bool   // it did what was asked for
	Errors   []string
	Profiles []Installed // that it has, where that was asked for
}

// Installed is a profile that a device has.
type Installed struct {
	Identifier  string `json:"identifier"` // PayloadIdentifier
	UUID        string `json:"uuid"`       // PayloadUUID
	DisplayName string `json:"displayName"`
}
