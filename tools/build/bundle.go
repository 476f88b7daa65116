package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundle builds one entry point, minified, and returns its outputs by extension (.js, .css).
func bundle(root, entry string, format api.Format, define map[string]string) (map[string][]byte, error) {
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     root,
		EntryPoints:       []string{entry},
		Outdir:            filepath.Join(root, "out"), // names only; nothing is written
		Bundle:            true,
		Format:            format,
		Platform:          api.PlatformBrowser,
		Target:            api.ES2022,
		TsconfigRaw:       `{"compilerOptions":{"useDefineForClassFields":false}}`,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		Define:            define,
		Loader:            map[string]api.Loader{".woff2": api.LoaderDataURL, ".svg": api.LoaderText},
		Plugins:           []api.Plugin{inlineCSS},
	})
	if len(result.Errors) > 0 {
		return nil, failure(result.Errors)
	}
	outputs := map[string][]byte{}
	for _, file := range result.OutputFiles {
		outputs[filepath.Ext(file.Path)] = file.Contents
	}
	return outputs, nil
}

// printBundle is what a customer's own bundler makes of a script, for the tests that run it.
func printBundle(root, entry string) error {
	built, err := bundle(root, entry, api.FormatIIFE, nil)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(built[".js"])
	return err
}

// inlineCSS lets a script import "card.css?inline" as a minified string, for style sheets that
// are made in the page and never linked.
var inlineCSS = api.Plugin{
	Name: "inline-css",
	Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `\.css\?inline$`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			file := strings.TrimSuffix(args.Path, "?inline")
			return api.OnResolveResult{Path: filepath.Join(args.ResolveDir, file), Namespace: "inline-css"}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: "inline-css"}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			text, err := minifiedCSS(args.Path)
			return api.OnLoadResult{Contents: &text, Loader: api.LoaderText}, err
		})
	},
}

func minifiedCSS(path string) (string, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	result := api.Transform(string(source), api.TransformOptions{
		Loader: api.LoaderCSS, MinifyWhitespace: true, MinifySyntax: true, Charset: api.CharsetUTF8,
	})
	if len(result.Errors) > 0 {
		return "", failure(result.Errors)
	}
	return tight.Replace(strings.TrimSpace(string(result.Code))), nil
}

// tight takes out the spaces that the minifier leaves in the values of custom
// properties. No sheet that is inlined has either in quotes, where they would count.
var tight = strings.NewReplacer(": ", ":", ", ", ",")

func failure(messages []api.Message) error {
	lines := api.FormatMessages(messages, api.FormatMessagesOptions{})
	return errors.New(strings.TrimSpace(strings.Join(lines, "")))
}
