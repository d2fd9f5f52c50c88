package protocol

// metamodel.json is cut from the official model of the Language Server Protocol 3.18: protocol/metaModel.json of the repository
// microsoft/vscode-languageserver-node, at commit 0da5527ddf79ec7b10c953a1b1e6e007c9678326. To use another type, name it in used.txt
// and run, with the whole file as FILE:
//
//	SYNCGUARD_METAMODEL=FILE go test ./internal/lsp/protocol -update
