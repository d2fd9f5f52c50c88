//go:build js && wasm

// Command syncguard-wasm is the engine of the page in web/. It sets globalThis.syncguard and runs until its worker ends:
//
//	version                            of the engine
//	call(method, params, files, done, step)  params is JSON, files an object of Uint8Arrays by name; done gets (error, result,
//	                                   files) with error and result as JSON, one of them null; step, if there, gets the number of
//	                                   files done and of all
//	serve(send)                        begins a session of the language server; send gets each of its messages as JSON. It
//	                                   returns a function for the messages to it
package main

import (
	"context"
	"encoding/json"
	"syscall/js"
	"time"

	"syncguard/internal/web"
)

var version = "devel"

func main() {
	engine := &web.Engine{Version: version, Now: time.Now}
	js.Global().Set("syncguard", js.ValueOf(map[string]any{
		"version": version,
		"call": js.FuncOf(func(_ js.Value, args []js.Value) any {
			request := web.Request{Method: args[0].String(), Params: []byte(args[1].String()), Files: bytesOf(args[2])}
			if len(args) > 4 && args[4].Type() == js.TypeFunction {
				request.Step = func(done, all int) { args[4].Invoke(done, all) }
			}
			go func() { answer(engine, request, args[3]) }()
			return nil
		}),
		"serve": js.FuncOf(func(_ js.Value, args []js.Value) any {
			session := engine.Serve(context.Background(), func(message []byte) { args[0].Invoke(string(message)) })
			return js.FuncOf(func(_ js.Value, args []js.Value) any {
				session.Receive([]byte(args[0].String()))
				return nil
			})
		}),
	}))
	select {}
}

// answer calls done with the answer to a request.
func answer(engine *web.Engine, request web.Request, done js.Value) {
	a, err := engine.Call(context.Background(), request)
	if err != nil {
		failure, _ := json.Marshal(web.AsFailure(err))
		done.Invoke(string(failure), js.Null(), js.Null())
		return
	}
	files := js.Global().Get("Object").New()
	for name, data := range a.Files {
		array := js.Global().Get("Uint8Array").New(len(data))
		js.CopyBytesToJS(array, data)
		files.Set(name, array)
	}
	done.Invoke(js.Null(), string(a.Result), files)
}

// bytesOf copies the files of a request.
func bytesOf(files js.Value) map[string][]byte {
	all := map[string][]byte{}
	names := js.Global().Get("Object").Call("keys", files)
	for i := range names.Length() {
		name := names.Index(i).String()
		array := files.Get(name)
		data := make([]byte, array.Length())
		js.CopyBytesToGo(data, array)
		all[name] = data
	}
	return all
}
