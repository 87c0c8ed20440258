namespace Imaging;

internal delegate bool SignatureTest(ReadOnlySpan<byte> bytes);

internal delegate HeaderFacts HeaderReader(ReadOnlySpan<byte> file, ImageLimits limits);

internal delegate PixelSource SourceOpener(ReadOnlySpan<byte> file, OpenOptions options);

/// <summary>Copies what the pixels depend on into <paramref name="target"/>, which is as long as the file; returns the length.</summary>
internal delegate int EssentialsCopier(ReadOnlySpan<byte> file, Span<byte> target);

/// <summary>What a header reader found: pixels as the decoder will give them, and the EXIF orientation that is still to be applied.</summary>
internal readonly record struct HeaderFacts(int Width, int Height, int Orientation);

/// <summary>How an accepted format is read: always by our own header reader first.</summary>
internal abstract class FormatReader(HeaderReader readHeader)
{
    internal HeaderReader ReadHeader { get; } = readHeader;

    /// <summary>Whether it can be decoded at a half, a quarter or an eighth of its size.</summary>
    internal virtual bool Shrinks => false;

    internal abstract PixelSource Open(FormatEntry entry, ReadOnlySpan<byte> file, HeaderFacts facts, OpenOptions options);
}

/// <summary>Read by libvips' loader of buffers, named as operation and as class, which sees the file's essentials only.</summary>
internal sealed class VipsReader(HeaderReader readHeader, EssentialsCopier copyEssentials, string operation, string className, string options, bool shrinks = false)
    : FormatReader(readHeader)
{
    private readonly string[] _shrunk = [.. Enumerable.Range(0, 9).Select(shrink => $"{options},shrink={shrink}")];

    internal EssentialsCopier CopyEssentials { get; } = copyEssentials;

    internal string Operation { get; } = operation;

    internal string ClassName { get; } = className;

    internal override bool Shrinks => shrinks;

    internal string OptionsFor(int shrink) => shrink == 1 ? options : _shrunk[shrink];

    internal override PixelSource Open(FormatEntry entry, ReadOnlySpan<byte> file, HeaderFacts facts, OpenOptions wanted) =>
        VipsSource.Open(entry, this, file, facts, wanted);
}

/// <summary>Read by our own code.</summary>
internal sealed class ManagedReader(HeaderReader readHeader, SourceOpener open) : FormatReader(readHeader)
{
    internal override PixelSource Open(FormatEntry entry, ReadOnlySpan<byte> file, HeaderFacts facts, OpenOptions options) => open(file, options);
}
