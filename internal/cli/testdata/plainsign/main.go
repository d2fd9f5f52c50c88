// Plainsign does the least that signing files safely takes, to compare "syncguard sign" with: it reads each file, makes one bare
// signature of its digest, and writes a file of the size of the signed one. As in syncguard, no file gets its name before all
// are on the disk, syncs overlap, and the folder is synced at the end.
//
//	plainsign KEY EXTRA FOLDER FILE…
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
)

func main() {
	log.SetFlags(0)
	key, extra, folder, files := readKey(os.Args[1]), number(os.Args[2]), os.Args[3], os.Args[4:]
	check(os.MkdirAll(folder, 0o755))
	temp := func(i int) string { return filepath.Join(folder, "."+strconv.Itoa(i)+".tmp") }
	next, syncs := make(chan int), make(chan struct{}, 16)
	var working, syncing sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		working.Go(func() {
			for i := range next {
				data, err := os.ReadFile(files[i])
				check(err)
				sign(key, data)
				file, err := os.OpenFile(temp(i), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
				check(err)
				_, err = file.Write(append(data, make([]byte, extra)...))
				check(err)
				syncs <- struct{}{}
				syncing.Go(func() {
					check(errors.Join(file.Sync(), file.Close()))
					<-syncs
				})
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	working.Wait()
	syncing.Wait()
	for i, name := range files {
		check(os.Rename(temp(i), filepath.Join(folder, filepath.Base(name))))
	}
	opened, err := os.Open(folder)
	check(err)
	_ = errors.Join(opened.Sync(), opened.Close()) // not every system can
}

func sign(key crypto.Signer, data []byte) {
	var random io.Reader = rand.Reader
	if _, ok := key.(*ecdsa.PrivateKey); ok {
		random = nil // RFC 6979, as syncguard
	}
	digest := sha256.Sum256(data)
	_, err := key.Sign(random, digest[:], crypto.SHA256)
	check(err)
}

func readKey(path string) crypto.Signer {
	data, err := os.ReadFile(path)
	check(err)
	block, _ := pem.Decode(data)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	check(err)
	return key.(crypto.Signer)
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	check(err)
	return n
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
