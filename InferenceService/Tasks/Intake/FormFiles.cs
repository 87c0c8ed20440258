using System.Runtime.CompilerServices;
using Intake;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks.Intake;

/// <summary>The file parts of a form, each to be read before the next.</summary>
internal static class FormFiles
{
    private const int MaxNameCharacters = 256;

    /// <exception cref="ProblemException">400: the form is malformed, or has a file under another name.</exception>
    public static async IAsyncEnumerable<InputFile> ReadAsync(string boundary, Stream body, string field, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = new MultipartReader(boundary, body);
        var count = 0;
        while (await NextAsync(reader, cancellation) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var part) || !part.IsFileDisposition())
                continue; // a text field says nothing to us
            var name = Printable(HeaderUtilities.RemoveQuotes(part.Name).Value ?? "");
            if (name != field)
                throw ProblemException.Invalid(name, $"Files are read from '{field}', not from '{name}'.");
            var fileName = HeaderUtilities.RemoveQuotes(part.FileName).Value is { Length: > 0 } given ? Printable(Path.GetFileName(given)) : $"{field}[{count}]";
            count++;
            yield return new InputFile(InputTypes.Of(section.ContentType, fileName), section.ContentType, fileName, section.Body);
        }
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellation);
        }
        catch (Exception e) when (e is InvalidDataException || (e is IOException and not BadHttpRequestException))
        {
            throw ProblemException.Invalid("body", "The multipart form is cut off or malformed.");
        }
    }

    private static string Printable(string text) => new([.. text.Where(c => !char.IsControl(c)).Take(MaxNameCharacters)]);
}
