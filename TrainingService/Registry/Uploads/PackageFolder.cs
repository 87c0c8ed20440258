using System.IO.Compression;
using Intake;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using ServiceDefaults.Problems;

namespace TrainingService.Registry.Uploads;

/// <summary>A package on its way in: <c>model.json</c> and <c>model.onnx</c>, in a folder that goes when this is disposed.</summary>
internal sealed class PackageFolder(DirectoryInfo folder, RegistryOptions limits, Action giveBack) : IDisposable
{
    public const string Description = "model.json", Model = "model.onnx";
    private const int MostDescription = 1 << 20;

    private byte[]? description;

    public FileInfo File { get; } = new(Path.Combine(folder.FullName, Model));

    /// <exception cref="ProblemException">400, 413 or 422: names the part.</exception>
    public async Task<byte[]> ReadAsync(HttpRequest request, InputType type, CancellationToken cancellation)
    {
        var body = new CountedBody(request.Body, limits);
        if (type == InputType.Form)
            await ReadFormAsync(request.ContentType!, body, cancellation);
        else
            await ReadZipAsync(body, cancellation);
        File.Refresh();
        return !File.Exists ? throw Missing(Model) : description ?? throw Missing(Description);
    }

    public void Dispose()
    {
        folder.Delete(recursive: true);
        giveBack();
    }

    private async Task ReadFormAsync(string contentType, CountedBody body, CancellationToken cancellation)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(contentType).Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 200)
            throw ProblemException.Invalid("Content-Type", "The multipart boundary is missing or too long.");
        var reader = new MultipartReader(boundary, body);
        while (await reader.ReadNextSectionAsync(cancellation) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var part))
                throw ProblemException.Invalid("body", "A part of the form has no name.");
            string?[] names = [HeaderUtilities.RemoveQuotes(part.Name).Value, HeaderUtilities.RemoveQuotes(part.FileName).Value];
            await TakeAsync(names.Contains(Description) ? Description : names.Contains(Model) ? Model : null, section.Body, cancellation);
        }
    }

    private async Task ReadZipAsync(CountedBody body, CancellationToken cancellation)
    {
        await using var file = new FileStream(Path.Combine(folder.FullName, "package.zip"), FileMode.CreateNew, FileAccess.ReadWrite);
        await body.CopyToAsync(file, cancellation);
        ZipDirectory.Check(file, limits);
        file.Position = 0;
        using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        foreach (var entry in zip.Entries.Where(entry => entry.Name.Length > 0)) // not folders
        {
            await using var content = await entry.OpenAsync(cancellation);
            await TakeAsync(entry.Name, content, cancellation);
        }
    }

    private async Task TakeAsync(string? name, Stream content, CancellationToken cancellation)
    {
        if (name is not (Description or Model))
            return; // a readme does no harm
        File.Refresh();
        if (name == Model ? File.Exists : description is not null)
            throw ProblemException.Unusable(name, $"The package has more than one {name}.");
        if (name == Description)
        {
            var read = new byte[MostDescription + 1];
            var length = await content.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false, cancellation);
            description = length <= MostDescription ? read[..length] : throw ProblemException.TooLarge(name, $"{Description} may have at most {MostDescription} bytes.");
            return;
        }
        await using var file = File.Create();
        await new CountedBody(content, limits).CopyToAsync(file, cancellation); // unpacked it may be larger than what was sent
    }

    private static ProblemException Missing(string part) => ProblemException.Unusable(part, $"The package has no {part}.");
}
