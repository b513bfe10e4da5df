module exact-match

go 1.27

require scorebox.dev/sdk v0.0.0

// `scorebox plugin build` puts the SDK there.
replace scorebox.dev/sdk => ./.scorebox/sdk/go
