package jamf

import (
	"bytes"
	"image"
	_ "image/gif"  // formats allowed in profiles
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
)

// webClip is the payload type with an Icon rendered anew by Jamf, as a PNG of 180 pixels.
const webClip = "com.apple.webClip.managed"

const (
	maxSide   = 2048 // pixels a side of the largest picture compared
	gridSide  = 16   // cells a side
	tolerance = 8    // of 255, on average: Jamf's rendering differs by less than 3, another picture by far more
)

// isSamePicture reports whether two pictures show the same, ignoring size and format. Source:
// terraform-provider-jamfplatform, issue 418.
func isSamePicture(a, b []byte) bool {
	x, okX := colorGrid(a)
	y, okY := colorGrid(b)
	if !okX || !okY {
		return bytes.Equal(a, b)
	}
	sum := 0
	for i := range x {
		sum += max(x[i]-y[i], y[i]-x[i])
	}
	return sum <= tolerance*len(x)
}

// colorGrid reduces a picture to a few cells, each with four means of 0 to 255.
func colorGrid(data []byte) (means []int, ok bool) {
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width < 1 || config.Height < 1 || config.Width > maxSide || config.Height > maxSide {
		return nil, false
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, false
	}
	b := picture.Bounds()
	for row := range gridSide {
		for column := range gridSide {
			means = append(means, meanColor(picture, cell(b, row, column))...)
		}
	}
	return means, true
}

// cell returns one cell of a grid, at least one pixel.
func cell(b image.Rectangle, row, column int) image.Rectangle {
	x, y := b.Min.X+column*b.Dx()/gridSide, b.Min.Y+row*b.Dy()/gridSide
	return image.Rect(x, y, max(x+1, b.Min.X+(column+1)*b.Dx()/gridSide), max(y+1, b.Min.Y+(row+1)*b.Dy()/gridSide))
}

func meanColor(picture image.Image, of image.Rectangle) []int {
	var sum [4]int
	for y := of.Min.Y; y < of.Max.Y; y++ {
		for x := of.Min.X; x < of.Max.X; x++ {
			red, green, blue, alpha := picture.At(x, y).RGBA()
			for i, c := range []uint32{red, green, blue, alpha} {
				sum[i] += int(c >> 8)
			}
		}
	}
	n := of.Dx() * of.Dy()
	return []int{sum[0] / n, sum[1] / n, sum[2] / n, sum[3] / n}
}
