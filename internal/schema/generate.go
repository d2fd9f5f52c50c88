package schema

// The sources are checkouts that make names: APPLE of apple/device-management, NEWER of the same shape, MANIFESTS of
// ProfileManifests.
//go:generate go run ./generate -apple "$APPLE" -newer "$NEWER" -manifests "$MANIFESTS" -out catalog
