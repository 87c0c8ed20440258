using Intake;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace TrainingService.Datasets.Posting;

/// <summary>A post on disk.</summary>
internal sealed record SpooledPost(SpoolFile File, PostKind Kind) : IAsyncDisposable
{
    public string Sha256 { get; } = File.Sha256();

    public ValueTask DisposeAsync() => File.DisposeAsync();
}

/// <summary>Takes a post's body to disk, whatever its size: a transaction must not stay open for as long as a caller's line takes.</summary>
internal sealed class PostSpool(PostFolder folder, IOptions<DatasetOptions> options)
{
    private readonly UploadSlots slots = new(options.Value);

    /// <returns>The caller disposes it, and with it the file.</returns>
    /// <exception cref="ProblemException">400, 413, 415, 429 or 503; nothing is left behind.</exception>
    public async Task<SpooledPost> SpoolAsync(HttpRequest request, string caller, DatasetKind dataset, CancellationToken cancellation)
    {
        if (request.ContentLength > options.Value.MaxInputBytes)
            throw SpoolFile.TooLarge(options.Value);
        var type = InputTypes.Of(request.ContentType, null);
        RequireKind(request.ContentType, type, dataset);
        var file = Reserve(caller);
        try
        {
            return new SpooledPost(file, await CopyAsync(request, type, file, cancellation));
        }
        catch (Exception e)
        {
            await file.DisposeAsync();
            if (e is InvalidDataException or (IOException and not BadHttpRequestException))
                throw ProblemException.Invalid("body", "The body is cut off or malformed.");
            throw;
        }
    }

    /// <summary>For rows that come from elsewhere.</summary>
    public SpoolFile Reserve(string caller)
    {
        var giveBack = slots.Take(caller);
        try
        {
            Directory.CreateDirectory(folder.Path); // whoever cleans up temporary folders may have taken it
            return new SpoolFile(folder.Path, options.Value, gone: giveBack);
        }
        catch
        {
            giveBack();
            throw;
        }
    }

    private async Task<PostKind> CopyAsync(HttpRequest request, InputType type, SpoolFile file, CancellationToken cancellation)
    {
        var body = new CountedBody(request.Body, options.Value);
        switch (type)
        {
            case InputType.Form:
                await LabelledForm.CopyAsync(request.ContentType, body, file, options.Value, cancellation);
                return PostKind.Zip;
            case InputType.Json:
                await new JsonRows(file, options.Value, property: null).CopyAsync(body, cancellation);
                return PostKind.JsonArray;
            default:
                await body.CopyToAsync(file, cancellation);
                return type == InputType.Zip ? PostKind.Zip : type == InputType.Csv ? PostKind.Csv : PostKind.Ndjson;
        }
    }

    private static void RequireKind(string? contentType, InputType type, DatasetKind dataset)
    {
        var fits = dataset == DatasetKind.Image ? type is InputType.Form or InputType.Zip : type is InputType.Json or InputType.Ndjson or InputType.Csv;
        if (!fits)
        {
            throw ProblemException.UnsupportedType("Content-Type", dataset == DatasetKind.Image
                ? $"'{contentType}' is not accepted here: send multipart/form-data with 'label' and 'file', or application/zip with a folder for each class."
                : $"'{contentType}' is not accepted here: send application/json with an array of rows, application/x-ndjson or text/csv.");
        }
    }
}
