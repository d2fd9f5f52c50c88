package deploy

import "io/fs"

// Packer makes of a profile what a server takes, mostly one parcel. The error is a refusal: what is wrong, and what to do.
type Packer interface {
	Pack(p *Profile) ([]*Parcel, error)
}

// Exporter makes files that other tools carry to a server.
type Exporter interface {
	Packer
	// Export makes the files of all parcels, each named after its stem, for a folder of which something may be there already.
	Export(there fs.FS, parcels []*Parcel, stems []string) ([]*File, error)
}

// File is one that other tools carry.
type File struct {
	Name    string   // in the folder, with slashes
	Data    []byte   // nil for one that is there and stays as it is
	Parcel  *Parcel  // that it is of, nil for a file of several
	Request *Request // that it is the body of, nil for none
	Beside  bool     // it stands beside the profile, and holds nothing of it
	Notes   []string // what is to be known of what is there, a sentence each
}

// Bodies exports the requests that create the parcels, each body a file.
type Bodies struct {
	Destination
	Ext string // of the names
}

// Export makes the request of each parcel.
func (b Bodies) Export(_ fs.FS, parcels []*Parcel, stems []string) ([]*File, error) {
	files := make([]*File, len(parcels))
	for i, p := range parcels {
		r, err := b.Request(p, nil)
		if err != nil {
			return nil, err
		}
		files[i] = &File{Name: stems[i] + b.Ext, Data: r.Body, Parcel: p, Request: r}
	}
	return files, nil
}
