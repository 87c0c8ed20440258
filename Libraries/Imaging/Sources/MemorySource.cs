namespace Imaging;

/// <summary>A picture that lies in memory already.</summary>
internal sealed unsafe class MemorySource(byte* pixels, int width, int height) : PixelSource
{
    internal override int Width => width;
    internal override int Height => height;

    internal override RowBlock Rows(int top, int count, int left, int columns) =>
        new(pixels + ((nint)top * width + left) * 3, (nint)width * 3);

    public override void Dispose()
    {
    }
}
