using System.Text;
using Intake;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using ServiceDefaults.Problems;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Posting;

/// <summary>A form with a label and the images it is for, and perhaps another label and its images, to a zip with a folder for each class.</summary>
internal static class LabelledForm
{
    /// <exception cref="ProblemException">400 or 413; the message names the part.</exception>
    public static async Task CopyAsync(string? contentType, Stream body, SpoolFile file, IntakeOptions limits, CancellationToken cancellation)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(contentType).Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 200)
            throw ProblemException.Invalid("Content-Type", "The multipart boundary is missing or too long.");
        var reader = new MultipartReader(boundary, body);
        await using var pack = await ImagePack.CreateAsync(file, cancellation);
        string? label = null;
        while (await reader.ReadNextSectionAsync(cancellation) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var part))
                throw ProblemException.Invalid("body", "A part of the form has no name.");
            var name = HeaderUtilities.RemoveQuotes(part.Name).Value;
            if (name == "label" && !part.IsFileDisposition())
                label = await ReadLabelAsync(section.Body, cancellation);
            else if (name != "file")
                throw ProblemException.Invalid(RowEncoder.Shown(name ?? "body"), "The parts of the form are 'label' and 'file'.");
            else if (label is null)
                throw ProblemException.Invalid("label", "The part 'label' comes before the files that it is for.");
            else if (pack.Count == limits.MaxZipEntries)
                throw ProblemException.TooLarge("file", $"At most {limits.MaxZipEntries} images fit in one post (Datasets:MaxZipEntries).");
            else
                await pack.AddAsync($"{label}/{pack.Count}{Extension(part)}", section.Body, cancellation);
        }
        if (pack.Count == 0)
            throw ProblemException.Invalid("file", "The form has no part 'file'.");
    }

    // Only for the eye of whoever reads what was refused: what an image is, its first bytes say.
    private static string Extension(ContentDispositionHeaderValue part)
    {
        var extension = Path.GetExtension(HeaderUtilities.RemoveQuotes(part.FileName).Value ?? "");
        return extension.Length is > 1 and <= 6 && extension[1..].All(char.IsAsciiLetterOrDigit) ? extension : "";
    }

    private static async Task<string> ReadLabelAsync(Stream part, CancellationToken cancellation)
    {
        var bytes = new byte[ValueList.MaxLength * 4 + 1];
        var length = await part.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        var label = Encoding.UTF8.GetString(bytes, 0, length).Trim();
        return ImageNames.ProblemOf(label) is { } problem ? throw ProblemException.Invalid("label", problem) : label;
    }
}
