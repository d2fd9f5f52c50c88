package doctor

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"syncguard/internal/fact"
)

//go:embed hosts.csv
var hostsCSV string

// Host is a host that Apple devices need.
type Host struct {
	Name string `json:"host"` // its name
	Port int    `json:"port"` // 443 and 80 are TCP, 123 is UDP
	For  string `json:"for"`  // what devices use it for
	fact.Statement
}

// The ports of the hosts.
const (
	portHTTPS = 443
	portHTTP  = 80
	portNTP   = 123
	portDoT   = 853
)

// Hosts returns the hosts to try, in the order of the data. The result is shared; do not modify it.
var Hosts = sync.OnceValue(func() []Host {
	reader := csv.NewReader(strings.NewReader(hostsCSV))
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil {
		panic(fmt.Sprintf("doctor: reading hosts.csv: %v", err))
	}
	var all []Host
	for _, row := range rows[1:] {
		port, err := strconv.Atoi(row[1])
		if err != nil {
			panic(fmt.Sprintf("doctor: reading hosts.csv: %v", err))
		}
		all = append(all, Host{row[0], port, row[2], fact.Statement{Evidence: fact.Evidence(row[3]), Source: row[4]}})
	}
	return all
})
