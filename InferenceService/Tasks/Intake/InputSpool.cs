using Intake;
using InferenceService.Models;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks.Intake;

/// <summary>
/// Takes a request's body to disk, whatever its size, in one of the kinds that tasks are stored in: single images become
/// a zip of them, <c>{"rows"}</c> becomes NDJSON. Then reads it through once, so that what is broken is told at the door.
/// </summary>
internal sealed class InputSpool(TaskFolder folder, InferenceMetrics metrics, IOptions<TaskOptions> options)
{
    private const string Field = "file";
    private const string Accepted =
        "multipart/form-data with 'file', an image/* body or application/zip for a model that takes images; application/json with {\"rows\": [...]}, application/x-ndjson or text/csv for one that takes rows";

    private readonly UploadSlots slots = new(options.Value);

    /// <returns>The caller disposes it, and with it the file.</returns>
    /// <exception cref="ProblemException">400, 413, 415, 422, 429 or 503; nothing is left behind.</exception>
    public async Task<SpooledInput> SpoolAsync(HttpRequest request, string caller, ModelManifest manifest, CancellationToken cancellation)
    {
        if (request.ContentLength > options.Value.MaxInputBytes)
            throw SpoolFile.TooLarge(options.Value);
        var body = new CountedBody(request.Body, options.Value);
        var file = Reserve(caller);
        try
        {
            var type = InputTypes.Of(request.ContentType, null);
            var kind = type == InputType.Form
                ? await SpoolFormAsync(request.ContentType, body, file, manifest, cancellation)
                : await SpoolFileAsync(new InputFile(type, request.ContentType, "body", body), file, manifest, cancellation);
            var total = await InputCheck.CountAsync(kind, await file.ReadAsync(cancellation), manifest, options.Value, cancellation);
            return new SpooledInput(file, kind, total);
        }
        catch (Exception e)
        {
            await file.DisposeAsync();
            if (e is InvalidDataException or (IOException and not BadHttpRequestException))
                throw ProblemException.Invalid("body", "The body is cut off or malformed.");
            throw;
        }
    }

    private SpoolFile Reserve(string caller)
    {
        var giveBack = TakeSlot(caller);
        try
        {
            return new SpoolFile(folder.Path, options.Value, gone: giveBack);
        }
        catch
        {
            giveBack();
            throw;
        }
    }

    private Action TakeSlot(string caller)
    {
        try
        {
            return slots.Take(caller);
        }
        catch (ProblemException)
        {
            metrics.Refused("task-uploads");
            throw;
        }
    }

    private async Task<InputKind> SpoolFormAsync(string? contentType, Stream body, SpoolFile file, ModelManifest manifest, CancellationToken cancellation)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(contentType).Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 200)
            throw ProblemException.Invalid("Content-Type", "The multipart boundary is missing or too long.");
        await using var files = FormFiles.ReadAsync(boundary, body, Field, cancellation).GetAsyncEnumerator(cancellation);
        if (!await files.MoveNextAsync())
            throw ProblemException.Invalid(Field, $"The form has no file part '{Field}'.");

        var first = await ResolveAsync(files.Current, cancellation);
        if (first.Type != InputType.Image)
        {
            var kind = await SpoolFileAsync(first, file, manifest, cancellation);
            return await files.MoveNextAsync() ? throw ProblemException.Invalid(Field, "A zip, CSV or NDJSON file comes alone; only images may be several.") : kind;
        }
        RequireKind(manifest, InputKind.Zip);
        await using var pack = await ImagePack.CreateAsync(file, cancellation);
        await pack.AddAsync(first.Name, first.Content, cancellation);
        while (await files.MoveNextAsync())
        {
            var next = await ResolveAsync(files.Current, cancellation);
            if (next.Type != InputType.Image)
                throw ProblemException.UnsupportedType(Field, $"'{next.ContentType}' is not an image type, as the first file has.");
            if (pack.Count == options.Value.MaxZipEntries)
                throw ProblemException.TooLarge(Field, $"At most {options.Value.MaxZipEntries} images fit in one task (Tasks:MaxZipEntries).");
            await pack.AddAsync(next.Name, next.Content, cancellation);
        }
        return InputKind.Zip;
    }

    private async Task<InputKind> SpoolFileAsync(InputFile input, SpoolFile file, ModelManifest manifest, CancellationToken cancellation)
    {
        input = await ResolveAsync(input, cancellation);
        var kind = input.Type switch
        {
            InputType.Zip or InputType.Image => InputKind.Zip,
            InputType.Csv => InputKind.Csv,
            InputType.Ndjson or InputType.Json => InputKind.Ndjson,
            _ => throw ProblemException.UnsupportedType("Content-Type", $"'{input.ContentType}' is not accepted here: send {Accepted}."),
        };
        RequireKind(manifest, kind);
        if (input.Type == InputType.Image)
        {
            await using var pack = await ImagePack.CreateAsync(file, cancellation);
            await pack.AddAsync(input.Name, input.Content, cancellation);
        }
        else if (input.Type == InputType.Json)
        {
            await new JsonRows(file, options.Value, "rows").CopyAsync(input.Content, cancellation);
        }
        else
        {
            await input.Content.CopyToAsync(file, cancellation);
        }
        return kind;
    }

    /// <summary>Looks at the first bytes where neither type nor name says what it is.</summary>
    private static async Task<InputFile> ResolveAsync(InputFile input, CancellationToken cancellation)
    {
        if (input.Type != InputType.Undeclared)
            return input;
        var head = new byte[4];
        var length = await input.Content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        return input with { Type = InputTypes.OfContent(head.AsSpan(0, length)), Content = new PrefixedStream(head.AsMemory(0, length), input.Content) };
    }

    private static void RequireKind(ModelManifest manifest, InputKind kind)
    {
        if (manifest.TakesImages != (kind == InputKind.Zip))
            throw ProblemException.UnsupportedType("Content-Type", $"'{manifest.Name}' takes {(manifest.TakesImages ? "images" : "rows")}. Accepted are {Accepted}.");
    }
}
