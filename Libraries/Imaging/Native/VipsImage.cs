namespace Imaging;

/// <summary>One opened image. Decodes rows from top to bottom as they are fetched, on the caller's thread.</summary>
internal sealed unsafe class VipsImage : IDisposable
{
    private nint _image;
    private nint _region;

    private VipsImage(nint image) => _image = image;

    internal int Width => Vips.Width(_image);
    internal int Height => Vips.Height(_image);
    internal int Bands => Vips.Bands(_image);
    internal int Format => Vips.Format(_image);
    internal int Interpretation => Vips.Interpretation(_image);

    /// <param name="loader">Its name as an operation.</param>
    /// <param name="options">The loader's.</param>
    /// <param name="data">The file; stays referenced until <see cref="Dispose"/>, so the caller keeps it pinned.</param>
    /// <param name="length">Bytes at <paramref name="data"/>.</param>
    /// <returns>Null when the loader refuses the file.</returns>
    internal static VipsImage? TryOpen(string loader, string options, byte* data, int length)
    {
        var operation = Vips.NewOperation(loader);
        if (operation == 0)
            throw new InvalidOperationException($"libvips was built without {loader}.");
        var built = operation;
        try
        {
            SetBuffer(operation, data, length);
            if (Vips.SetOptions(operation, options) != 0)
                throw new InvalidOperationException($"libvips does not know '{options}' for {loader}.");
            var result = Vips.Build(operation);
            if (result == 0)
            {
                Vips.ClearErrors();
                return null;
            }
            Vips.Unref(operation);
            built = result;
            return new VipsImage(TakeOutput(built));
        }
        finally
        {
            Vips.UnrefOutputs(built);
            Vips.Unref(built);
        }
    }

    /// <summary>Decodes a part of the rows from <paramref name="top"/> on.</summary>
    /// <returns>The rows without padding, to be freed with <see cref="Vips.Free"/>; null when the data is damaged.</returns>
    internal byte* TryFetch(int left, int top, int columns, int rows, out nuint length)
    {
        length = 0;
        if (_region == 0)
            _region = Vips.NewRegion(_image);
        var memory = _region == 0 ? null : Vips.Fetch(_region, left, top, columns, rows, out length);
        // The error buffer is shared by the whole process and only ever grows: never shown, always cleared.
        if (memory == null)
            Vips.ClearErrors();
        return memory;
    }

    public void Dispose()
    {
        if (_region != 0)
            Vips.Unref(_region);
        if (_image != 0)
            Vips.Unref(_image);
        _region = _image = 0;
    }

    private static void SetBuffer(nint operation, byte* data, int length)
    {
        Vips.Value value = default;
        var blob = Vips.NewBlob(0, data, (nuint)length);
        Vips.InitValue(&value, Vips.BlobType());
        Vips.SetBoxed(&value, blob);
        Vips.SetProperty(operation, "buffer", &value);
        Vips.UnsetValue(&value);
        Vips.UnrefArea(blob);
    }

    private static nint TakeOutput(nint operation)
    {
        Vips.Value value = default;
        Vips.InitValue(&value, Vips.ImageType());
        Vips.GetProperty(operation, "out", &value);
        var image = Vips.Ref(Vips.GetObject(&value));
        Vips.UnsetValue(&value);
        return image;
    }
}
