using System.Runtime.InteropServices;

namespace InferenceService.Execution;

/// <summary>
/// The C library's heap, where sessions live. glibc keeps what a closed one freed until it is asked to give it back, and even
/// then only of its first heap: see MALLOC_ARENA_MAX in docs/operations.md.
/// </summary>
internal static unsafe class NativeHeap
{
    private static readonly delegate* unmanaged<nuint, int> MallocTrim = Find();

    /// <summary>Gives free pages to the system. Nothing where the C library is not glibc.</summary>
    public static void Trim()
    {
        if (MallocTrim is not null)
            MallocTrim(0);
    }

    private static delegate* unmanaged<nuint, int> Find() =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "malloc_trim", out var trim)
            ? (delegate* unmanaged<nuint, int>)trim
            : null;
}
