using Intake;

namespace InferenceService.Tasks.Intake;

/// <summary>An input on disk: its kind and how many items it has.</summary>
internal sealed record SpooledInput(SpoolFile File, InputKind Kind, int Total) : IAsyncDisposable
{
    public string Sha256 { get; } = File.Sha256();

    public long Bytes => File.Length;

    public ValueTask DisposeAsync() => File.DisposeAsync();
}

/// <param name="Name">What results call it.</param>
internal sealed record InputFile(InputType Type, string? ContentType, string Name, Stream Content);
