using System.Runtime.InteropServices;

namespace Imaging;

/// <summary>The part of libvips' and GObject's C API that decoding needs. Nothing variadic: its calling convention differs on some platforms.</summary>
internal static unsafe partial class Vips
{
    internal const string Library = "vips";

    internal const int FormatByte = 0;
    internal const int FormatUShort = 2;
    internal const int InterpretationCmyk = 15;

    /// <summary>GObject's GValue: a type and two words.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Value
    {
        public nuint Type;
        public ulong Data0;
        public ulong Data1;
    }

    [LibraryImport(Library, EntryPoint = "vips_init", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Init(string programName);

    [LibraryImport(Library, EntryPoint = "vips_block_untrusted_set")]
    internal static partial void BlockUntrusted(int state);

    [LibraryImport(Library, EntryPoint = "vips_operation_block_set", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void BlockOperation(string className, int state);

    [LibraryImport(Library, EntryPoint = "vips_concurrency_set")]
    internal static partial void SetConcurrency(int threads);

    [LibraryImport(Library, EntryPoint = "vips_cache_set_max")]
    internal static partial void SetCacheOperations(int count);

    [LibraryImport(Library, EntryPoint = "vips_cache_set_max_mem")]
    internal static partial void SetCacheBytes(nuint bytes);

    [LibraryImport(Library, EntryPoint = "vips_cache_set_max_files")]
    internal static partial void SetCacheFiles(int count);

    [LibraryImport(Library, EntryPoint = "vips_error_clear")]
    internal static partial void ClearErrors();

    [LibraryImport(Library, EntryPoint = "vips_operation_new", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint NewOperation(string name);

    [LibraryImport(Library, EntryPoint = "vips_object_set_from_string", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetOptions(nint operation, string options);

    [LibraryImport(Library, EntryPoint = "vips_cache_operation_build")]
    internal static partial nint Build(nint operation);

    [LibraryImport(Library, EntryPoint = "vips_object_unref_outputs")]
    internal static partial void UnrefOutputs(nint operation);

    [LibraryImport(Library, EntryPoint = "vips_blob_new")]
    internal static partial nint NewBlob(nint free, byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "vips_area_unref")]
    internal static partial void UnrefArea(nint area);

    [LibraryImport(Library, EntryPoint = "vips_blob_get_type")]
    internal static partial nuint BlobType();

    [LibraryImport(Library, EntryPoint = "vips_image_get_type")]
    internal static partial nuint ImageType();

    [LibraryImport(Library, EntryPoint = "vips_image_get_width")]
    internal static partial int Width(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_height")]
    internal static partial int Height(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_bands")]
    internal static partial int Bands(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_format")]
    internal static partial int Format(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_interpretation")]
    internal static partial int Interpretation(nint image);

    [LibraryImport(Library, EntryPoint = "vips_region_new")]
    internal static partial nint NewRegion(nint image);

    /// <summary>Copies a rectangle into new memory, to be freed with <see cref="Free"/>; null when decoding failed.</summary>
    [LibraryImport(Library, EntryPoint = "vips_region_fetch")]
    internal static partial byte* Fetch(nint region, int left, int top, int width, int height, out nuint length);

    [LibraryImport(Library, EntryPoint = "g_value_init")]
    internal static partial Value* InitValue(Value* value, nuint type);

    [LibraryImport(Library, EntryPoint = "g_value_set_boxed")]
    internal static partial void SetBoxed(Value* value, nint boxed);

    [LibraryImport(Library, EntryPoint = "g_value_get_object")]
    internal static partial nint GetObject(Value* value);

    [LibraryImport(Library, EntryPoint = "g_value_unset")]
    internal static partial void UnsetValue(Value* value);

    [LibraryImport(Library, EntryPoint = "g_object_set_property", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void SetProperty(nint instance, string name, Value* value);

    [LibraryImport(Library, EntryPoint = "g_object_get_property", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void GetProperty(nint instance, string name, Value* value);

    [LibraryImport(Library, EntryPoint = "g_object_ref")]
    internal static partial nint Ref(nint instance);

    [LibraryImport(Library, EntryPoint = "g_object_unref")]
    internal static partial void Unref(nint instance);

    [LibraryImport(Library, EntryPoint = "g_free")]
    internal static partial void Free(void* memory);

    [LibraryImport(Library, EntryPoint = "g_log_set_handler", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial uint SetLogHandler(string domain, int levels, delegate* unmanaged[Cdecl]<byte*, int, byte*, void*, void> handler, void* state);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    internal static partial int MallocOption(int option, int value);
}
