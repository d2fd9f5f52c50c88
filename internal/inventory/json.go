package inventory

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// The keys of pages: their lists of devices, of pages, and of one device.
var (
	deviceLists = []string{"hosts", "results", "value", "devices", "data"}
	wrappers    = []string{"host"}
)

// jsonRows reads devices from JSON: pages, arrays, single devices and lines of them, one after the other.
type jsonRows struct {
	scan       *scanner
	data       *sourceData
	frames     []frame // open arrays and pages
	row        int
	understood *Understood
	last       *source

	pageTotal  int             // devices of the whole list, as the open page says
	totals     map[*source]int // of the lists, as their pages say
	counted    map[*source]int // devices read
	unfinished bool            // the last page names a further one
}

// frame is an open array or object at the top.
type frame struct {
	isObject bool
	isList   bool // an array of devices in a page; other arrays hold pages, too
	first    bool
}

func newJSONRows(in *bufio.Reader, u *Understood) *jsonRows {
	d := sources()
	return &jsonRows{scan: newScanner(in, d.places), data: d, understood: u, totals: map[*source]int{}, counted: map[*source]int{}}
}

// next finds the next device.
func (j *jsonRows) next(r *record) error {
	for {
		found, err := j.step(r)
		if err != nil || found {
			return err
		}
	}
}

// step goes on to the next device or bracket.
func (j *jsonRows) step(r *record) (found bool, err error) {
	s := j.scan
	if len(j.frames) == 0 {
		if _, ok := s.space(); !ok {
			if s.err != io.EOF {
				return false, s.err
			}
			return false, io.EOF
		}
		return j.element(r, false)
	}
	top := &j.frames[len(j.frames)-1]
	first := top.first
	top.first = false
	if top.isObject {
		return j.page(r, first)
	}
	more, err := s.nextItem(first)
	if err != nil {
		return false, err
	}
	if !more {
		j.frames = j.frames[:len(j.frames)-1]
		return false, nil
	}
	return j.element(r, top.isList)
}

// maxFrames bounds arrays in arrays of pages.
const maxFrames = 8

func (j *jsonRows) push(f frame) error {
	if len(j.frames) >= maxFrames {
		return j.scan.fail("lists in lists of devices")
	}
	f.first = true
	j.frames = append(j.frames, f)
	return nil
}

// element begins an element of an array, or a document.
func (j *jsonRows) element(r *record, isDevice bool) (found bool, err error) {
	s := j.scan
	c, _ := s.space()
	switch {
	case c == '{':
		s.at++
		s.clear()
		if isDevice {
			if err := s.object(j.data.root, len(j.frames)); err != nil {
				return false, err
			}
			return true, j.take(r)
		}
		if err := j.push(frame{isObject: true}); err != nil {
			return false, err
		}
		return false, nil
	case c == '[' && !isDevice:
		s.at++
		return false, j.push(frame{})
	}
	return false, s.fail("a device is an object in braces")
}

// page reads on in an object that is a page of a list, or a device.
func (j *jsonRows) page(r *record, first bool) (found bool, err error) {
	s := j.scan
	for ; ; first = false {
		more, err := s.nextKey(first)
		if err != nil {
			return false, err
		}
		if !more {
			return j.endPage(r)
		}
		c, _ := s.space()
		isList := slices.Contains(deviceLists, string(s.key))
		switch {
		case isList && c == '[':
			j.beginList()
			s.at++
			return false, j.push(frame{isList: true})
		case isList && c == 'n': // no devices, as Fleet writes it
			j.beginList()
			err = s.any(nil, len(j.frames))
		case slices.Contains(wrappers, string(s.key)) && c == '{':
			j.beginList()
			return j.element(r, true)
		default:
			err = s.any(j.data.root.child(s.key), len(j.frames))
		}
		if err != nil {
			return false, err
		}
	}
}

// beginList marks the open object as a page, by a place of its own.
func (j *jsonRows) beginList() {
	top := &j.frames[len(j.frames)-1]
	if !top.isList {
		top.isList = true
		j.unfinished, j.pageTotal = false, 0
	}
	j.pageEnd()
	j.scan.clear()
}

// pageEnd notes what a page said of the whole list.
func (j *jsonRows) pageEnd() {
	if n, err := strconv.Atoi(string(j.scan.value(j.data.page.total))); err == nil {
		j.pageTotal = n
	}
	j.unfinished = j.unfinished || j.scan.value(j.data.page.next) != nil ||
		slices.ContainsFunc(j.data.page.more, func(place int) bool { return string(j.scan.value(place)) == "true" })
}

// endPage ends the open object: a page, or else a device.
func (j *jsonRows) endPage(r *record) (found bool, err error) {
	wasPage := j.frames[len(j.frames)-1].isList
	j.frames = j.frames[:len(j.frames)-1]
	if wasPage {
		j.pageEnd()
		if j.last != nil {
			j.totals[j.last] = max(j.totals[j.last], j.pageTotal)
		}
		return false, nil
	}
	return true, j.take(r)
}

// take makes a record of the values kept.
func (j *jsonRows) take(r *record) error {
	s := j.scan
	j.row++
	r.row = j.row
	from := j.sourceOf()
	if from == nil {
		r.broken = "no known field"
		return nil
	}
	if from != j.last {
		j.understood.addSource(from)
		j.last = from
	}
	j.counted[from]++
	r.source = from
	for i := range from.fields {
		j.fill(r, &from.fields[i])
	}
	if s.cut {
		j.understood.noteOnce("texts of more than %d characters, and devices with more than %d characters of groups, are cut", maxKept, maxArena)
	}
	return nil
}

// sourceOf returns the API whose marks the values have.
func (j *jsonRows) sourceOf() *source {
	for _, from := range j.data.Sources {
		if slices.ContainsFunc(from.marks, func(place int) bool { return j.scan.found[place].from != 0 }) {
			return from
		}
	}
	return nil
}

// fill sets a field of the record.
func (j *jsonRows) fill(r *record, p *placed) {
	index := fieldIndex(p.field)
	for _, place := range p.places {
		value := j.scan.value(place)
		if len(value) == 0 {
			continue
		}
		switch {
		case p.field == Groups:
			r.more = append(r.more, string(value))
			for _, x := range j.scan.extra {
				if x.place == place {
					r.more = append(r.more, string(j.scan.arena[x.from:x.to]))
				}
			}
		case p.field == Model && r.text[index] != "":
			r.also = string(value)
		case p.field == Managed && r.text[index] != "": // one no is enough
			if readAnswer(string(value)) == no {
				r.text[index] = string(value)
			}
		case r.text[index] == "":
			r.text[index] = string(value)
		}
	}
}

// warn tells of devices that are missing at the end.
func (j *jsonRows) warn(u *Understood) {
	for _, from := range j.data.Sources {
		if total := j.totals[from]; total > j.counted[from] {
			u.Incomplete = fmt.Sprintf("%s has %d devices, and the list has %d: pages are missing", from.Title, total, j.counted[from])
		}
	}
	if j.unfinished {
		u.Incomplete = fmt.Sprintf("the last page names a further one: there are more than these %d devices", j.row)
	}
}
