package protocol

// metamodel.json is cut from metaModel.json of the Language Server Protocol 3.17, in the repository
// microsoft/language-server-protocol, folder _specifications/lsp/3.17/metaModel, at commit
// 60f2bb8aec6050bddcc131b0ad1397af1f5aa84e. To use another type, name it in used.txt and run, with the whole file as FILE:
//
//	SYNCGUARD_METAMODEL=FILE go test ./internal/lsp/protocol -update
