package app

import (
	"strconv"

	"syncguard/internal/mdm"
	"syncguard/internal/target"
)

// ChoicesResult lists the devices and servers that there are, for a person to choose from.
type ChoicesResult struct {
	Platforms   []PlatformChoice   `json:"platforms"`
	Enrollments []EnrollmentChoice `json:"enrollments"`
	Servers     []ServerChoice     `json:"servers"`
	Version     string             `json:"version"` // of a target without one
}

// PlatformChoice is a platform with the major versions it had, and the ways that profiles reach it.
type PlatformChoice struct {
	Name        string              `json:"name"`
	Versions    []string            `json:"versions"` // newest first
	Enrollments []target.Enrollment `json:"enrollments"`
}

// EnrollmentChoice is the way a profile reaches a device, in words.
type EnrollmentChoice struct {
	ID   target.Enrollment `json:"id"`
	Name string            `json:"name"`
}

// ServerChoice is an MDM server with known facts.
type ServerChoice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Choices lists what targets are made of, and the servers. An enrollment read as another one on all versions of a platform that
// still get profiles is left out there.
func Choices() *ChoicesResult {
	r := &ChoicesResult{Version: target.DefaultVersion().String()}
	for _, p := range target.Platforms() {
		c := PlatformChoice{Name: string(p)}
		for _, major := range p.Majors() {
			c.Versions = append(c.Versions, strconv.Itoa(major))
		}
		for _, e := range target.Enrollments() {
			t, err := target.Parse(string(p) + "/" + string(e))
			if err == nil && t.ReadAs() == "" && (e != target.SharedIPad || p == target.IPadOS) { // iOS takes it for iPadOS
				c.Enrollments = append(c.Enrollments, e)
			}
		}
		r.Platforms = append(r.Platforms, c)
	}
	for _, e := range target.Enrollments() {
		r.Enrollments = append(r.Enrollments, EnrollmentChoice{e, e.Describe()})
	}
	for _, s := range mdm.Servers() {
		r.Servers = append(r.Servers, ServerChoice{s.ID, s.Name})
	}
	return r
}
