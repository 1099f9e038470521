import type { PlugResult, Warning } from './types.ts';

/** How a fact is written into a sentence: bytes as MiB and the like, hex as 0x.., text as it is. */
export type ReasonCode = keyof typeof REASON_TABLE;

export interface Reason {
  readonly title: string;
  /** One sentence with the facts filled in: {name}, {name:bytes}, {name:sizes} (a list of them) or {name:hex}. */
  readonly sentence: string;
  readonly meaning: string;
  /** Kernel function or file, commit where one made the rule. */
  readonly source: string;
  /** First release that the rule holds in, and where it ends. */
  readonly since: string;
  readonly whatToDo: string;
}

const PFN = 'drivers/nvdimm/pfn_devs.c';

const REASON_TABLE = {
  OK: {
    title: 'Comes up as asked',
    sentence: 'The namespace comes up with {usable:bytes} for data.',
    meaning: 'Every check of the kernel passes and the struct pages lie where they were asked for.',
    source: `${PFN}, mm/memremap.c, mm/sparse-vmemmap.c`,
    since: 'v5.9 with map=dev, v5.7 with map=mem',
    whatToDo: 'Nothing.',
  },
  RAW_OK: {
    title: 'Comes up raw, without struct pages',
    sentence: 'The raw namespace comes up without struct pages: {usable:bytes}, no DAX, no direct I/O to its memory.',
    meaning:
      'A raw namespace gets struct pages only from a device-tree or virtio region on a kernel with ZONE_DEVICE and ARM64_PMEM.',
    source: 'drivers/nvdimm/namespace_devs.c pmem_should_map_pages()',
    since: 'all modelled versions',
    whatToDo: 'Make it fsdax or devdax with ndctl where struct pages are needed.',
  },
  RAW_WITH_PAGES: {
    title: 'Comes up raw, its struct pages in DRAM',
    sentence: 'The raw namespace takes {dram:bytes} of DRAM for its struct pages.',
    meaning:
      'Raw regions from a device tree or virtio get struct pages at boot, always in DRAM, where ZONE_DEVICE and ARM64_PMEM are set.',
    source: 'drivers/nvdimm/pmem.c pmem_attach_disk(), drivers/nvdimm/namespace_devs.c pmem_should_map_pages()',
    since: 'v5.7',
    whatToDo: 'Make a namespace with map=dev to put them on the device.',
  },
  RAW_NO_SPACE: {
    title: 'Too large for the kernel mapping of a raw namespace',
    sentence: '{size:bytes} do not fit into the {space:bytes} that the kernel has for such mappings.',
    meaning:
      'A raw namespace without struct pages is mapped in the vmalloc area, which has less than half of the virtual address space.',
    source: 'kernel/iomem.c devm_memremap(), arch/arm64/include/asm/pgtable.h VMALLOC_END',
    since: 'all versions',
    whatToDo: 'Build with more virtual address bits, or split the region.',
  },
  ALTMAP_IGNORED: {
    title: 'The kernel ignores the altmap and takes DRAM',
    sentence:
      'The kernel accepts map=dev but takes the {dram:bytes} memmap from DRAM; the device still gives up {lost:bytes}.',
    meaning:
      'Before v5.9 the arm64 vmemmap_populate() has the altmap as an argument and does not use it. Nothing is printed, and the capacity for the memmap is lost all the same.',
    source: 'arch/arm64/mm/mmu.c vmemmap_populate(), commits 1d9cfee7535c, 56993b4e147e, eee07935bb52',
    since: 'v5.7 and v5.8; honoured from v5.9',
    whatToDo: 'Run v5.9 or later, or use map=mem, which gives back the reserved capacity.',
  },
  KMEM_MEMMAP_IN_DRAM: {
    title: 'As system RAM, its struct pages are in DRAM',
    sentence:
      'kmem onlines {online:bytes}; their struct pages take {dram:bytes} of DRAM, whatever map the namespace has.',
    meaning:
      'kmem releases the device-dax mapping and adds the data area as memory blocks of its own; the altmap is not used for these.',
    source: 'drivers/dax/kmem.c dev_dax_kmem_probe()',
    since: 'v5.7',
    whatToDo:
      'With 4K pages and v6.9 or later: memory_hotplug.memmap_on_memory=Y and the dax device attribute memmap_on_memory. With 16K and 64K pages nothing helps.',
  },
  IOMEM_MISSING: {
    title: 'There is no memory map',
    sentence: 'There is no /proc/iomem that could be read, so nothing is known of what lies where.',
    meaning:
      'Whether RAM or another device holds the range, and how far the linear map reaches, is told by the memory map alone.',
    source: 'kernel/resource.c r_show()',
    since: 'all versions',
    whatToDo: 'Collect /proc/iomem as root: supportconfig does not, the agent does.',
  },
  IOMEM_ZEROED: {
    title: 'The memory map was read without root',
    sentence: 'Every address in /proc/iomem is zero: it was read without root.',
    meaning: 'Without CAP_SYS_ADMIN the kernel prints zeroes, so nothing can be placed.',
    source: 'kernel/resource.c r_show()',
    since: 'all versions',
    whatToDo: 'Collect /proc/iomem as root.',
  },
  CONFIG_INCOMPLETE: {
    title: 'The kernel config does not say',
    sentence: 'The config is a fragment without {symbols}.',
    meaning: 'In a fragment a symbol that is not mentioned may have any value.',
    source: 'kernel config',
    since: 'all versions',
    whatToDo: 'Give the whole .config (/proc/config.gz or /boot/config-*).',
  },
  PAGE_SIZE_CONFLICT: {
    title: 'The config is for another page size',
    sentence: 'The config sets {configured}, the question is about {asked:bytes} pages.',
    meaning: 'A kernel config is for exactly one page size.',
    source: 'arch/arm64/Kconfig',
    since: 'all versions',
    whatToDo: 'Ask what-if, which carries the config over to another page size.',
  },
  UNDECIDED: {
    title: 'Not decided by the inputs',
    sentence: 'The answer depends on {missing}.',
    meaning: 'The possibilities that the inputs leave open lead to different outcomes.',
    source: 'see the steps',
    since: 'all versions',
    whatToDo: 'Supply what is missing.',
  },
  RELEASE_NOT_READ: {
    title: 'A release newer than those the rules come from',
    sentence: 'The rules were read from releases up to {newest}; {release} is judged as that one.',
    meaning: 'A later kernel may have changed what is modelled here.',
    source: 'libs/vmemmap/src/behaviours.ts',
    since: 'after v7.3',
    whatToDo: 'Take the answer with care, and update.',
  },
  STRUCT_PAGE_UNKNOWN: {
    title: 'The size of struct page is not known',
    sentence: 'With memory-tagging KASAN, NUMA balancing and memcg struct page may have 64 or 80 bytes.',
    meaning:
      'If the last CPU id does not fit into the page flags, struct page grows to 80 bytes and map=dev is refused.',
    source: 'include/linux/page-flags-layout.h, include/linux/mm_types.h',
    since: 'all versions',
    whatToDo: 'Read the size from vmlinux (pahole -C page) and give it.',
  },
  NO_ARCH_HOTREMOVE: {
    title: 'arm64 cannot remove memory in this kernel',
    sentence: 'Linux {release} is older than v5.7: arm64 has no memory hot-remove, so no ZONE_DEVICE.',
    meaning: 'ZONE_DEVICE depends on memory hot-remove, which arm64 has since v5.7. Namespaces can only be raw or btt.',
    source: 'arch/arm64/Kconfig ARCH_ENABLE_MEMORY_HOTREMOVE',
    since: 'until v5.6',
    whatToDo: 'Run v5.9 or later.',
  },
  NO_ZONE_DEVICE: {
    title: 'No struct pages for device memory in this config',
    sentence: 'The config lacks {symbols}.',
    meaning: 'Without ZONE_DEVICE and what it depends on the kernel has no struct pages for device memory at all.',
    source: 'mm/Kconfig ZONE_DEVICE',
    since: 'all versions',
    whatToDo: 'Build with the missing symbols.',
  },
  NO_PFN_DRIVER: {
    title: 'The driver for fsdax and devdax is missing',
    sentence: 'The config lacks {symbols}.',
    meaning:
      'Without NVDIMM_PFN there is no pfn device: new namespaces cannot be made and the info block of an old one is not seen, it comes up raw.',
    source: 'drivers/nvdimm/Kconfig NVDIMM_PFN',
    since: 'all versions',
    whatToDo: 'Build with the missing symbols.',
  },
  NO_DEVDAX_DRIVER: {
    title: 'The driver for devdax is missing',
    sentence: 'The config lacks {symbols}.',
    meaning: 'device-dax needs transparent huge pages and its pmem driver.',
    source: 'drivers/dax/Kconfig DEV_DAX, DEV_DAX_PMEM',
    since: 'all versions',
    whatToDo: 'Build with the missing symbols, or use fsdax.',
  },
  NO_KMEM_DRIVER: {
    title: 'The driver for system RAM on device memory is missing',
    sentence: 'The config lacks {symbols}.',
    meaning: 'kmem adds a dax device to the page allocator.',
    source: 'drivers/dax/Kconfig DEV_DAX_KMEM',
    since: 'all versions',
    whatToDo: 'Build with the missing symbols.',
  },
  NO_PROVIDER_DRIVER: {
    title: 'The driver that finds the device is missing',
    sentence: 'The config lacks {symbols}, without which a region of kind {provider} is not seen.',
    meaning: 'Each kind of region has its own driver.',
    source: 'drivers/acpi/nfit, drivers/nvdimm/of_pmem.c, virtio_pmem.c, drivers/cxl, drivers/dax/hmem',
    since: 'all versions',
    whatToDo: 'Build with the missing symbols.',
  },
  NO_RAW_DRIVER: {
    title: 'Raw namespaces cannot attach',
    sentence: 'The config lacks {symbols}: even a raw namespace is refused.',
    meaning:
      'Without ND_CLAIM (selected by BTT or NVDIMM_PFN) the function that enables a namespace is a stub that returns ENXIO.',
    source: 'drivers/nvdimm/nd.h devm_nsio_enable()',
    since: 'all versions',
    whatToDo: 'Build with BTT or NVDIMM_PFN.',
  },
  NDCTL_ALIGN_UNSUPPORTED: {
    title: 'ndctl does not know the alignment',
    sentence: 'ndctl refuses align {align:bytes}: the kernel offers {offered:sizes}.',
    meaning: 'ndctl compares the alignment with the list that the seed device offers.',
    source: 'ndctl namespace.c validate_namespace_options()',
    since: 'ndctl 76 to 81',
    whatToDo: 'Use an alignment of the list.',
  },
  NDCTL_REGION_ALIGN: {
    title: 'ndctl wants a multiple of the region alignment',
    sentence: 'ndctl refuses {size:bytes}: not a multiple of the region alignment {regionAlign:bytes}.',
    meaning: 'The kernel itself would take a label-less namespace of this size.',
    source: 'ndctl namespace.c; drivers/nvdimm/region_devs.c default_align()',
    since: 'v5.7',
    whatToDo: 'Use a size that is a multiple of it, or the sysfs files.',
  },
  NDCTL_SIZE_ALIGN: {
    title: 'ndctl wants a multiple of the alignment',
    sentence: 'ndctl refuses {size:bytes}: not a multiple of the alignment {align:bytes}.',
    meaning: 'ndctl does not create what the kernel would cut down to whole alignments.',
    source: 'ndctl namespace.c validate_namespace_options()',
    since: 'ndctl 76 to 81',
    whatToDo: 'Use a smaller alignment (-a) or a size that is a multiple of it.',
  },
  REGION_MISALIGNED: {
    title: 'The region itself is not page-aligned',
    sentence: 'The region {start:hex}+{size:bytes} is not a multiple of the page size {page:bytes}.',
    meaning: 'A region with DIMMs behind it whose mapping is not page-aligned is not registered.',
    source: 'drivers/nvdimm/region_devs.c nd_region_create()',
    since: 'all versions',
    whatToDo: 'Have the firmware align the region.',
  },
  NAMESPACE_TOO_SMALL: {
    title: 'Too small for an info block',
    sentence: '{size:bytes} is less than {minimum:bytes}.',
    meaning: 'Namespaces below 16 MiB cannot carry a pfn, dax or btt device; the write to the namespace file fails.',
    source: 'drivers/nvdimm/claim.c nd_namespace_store()',
    since: 'all versions',
    whatToDo: 'Use at least 16 MiB.',
  },
  ALIGN_UNSUPPORTED: {
    title: 'The alignment is not offered',
    sentence: 'The kernel does not offer align {requested:bytes} and stays at {align:bytes}.',
    meaning:
      'arm64 offers the page size and, with transparent huge pages, the PMD size: never 1 GiB. The write to the align file gives EINVAL and the old value stays.',
    source: `${PFN} align_store(), drivers/nvdimm/nd.h nd_pfn_supported_alignments()`,
    since: 'v5.4',
    whatToDo: 'Use an alignment of the list.',
  },
  START_MISALIGNED: {
    title: 'The start is not a multiple of 2 MiB',
    sentence: 'The namespace starts at {start:hex}, not a multiple of {required:bytes}.',
    meaning: 'Struct pages are added by sub-sections of 2 MiB, with every page size.',
    source: `${PFN} nd_pfn_init(), mm/memremap.c memremap_compat_align()`,
    since: 'v5.7',
    whatToDo: 'Move the start of the region to a multiple of 2 MiB.',
  },
  RAW_MISALIGNED: {
    title: 'A raw namespace that should get pages is misaligned',
    sentence: '{start:hex} to {end:hex} does not begin and end at multiples of {required:bytes}.',
    meaning:
      'Raw namespaces of device-tree and virtio regions get struct pages where ZONE_DEVICE and ARM64_PMEM are set, so both ends must fit sub-sections. No disk appears otherwise.',
    source: 'drivers/nvdimm/claim.c nvdimm_namespace_common_probe()',
    since: 'v5.7',
    whatToDo: 'Align both ends of the region to 2 MiB, or make an fsdax namespace, which cuts the end off.',
  },
  NO_ROOM: {
    title: 'Info block and memmap leave no data',
    sentence:
      'With align {align:bytes} data would begin at {dataoff:bytes} and {endTrunc:bytes} be cut off the end of {size:bytes}.',
    meaning: 'The first data byte and the end are both rounded to the alignment; nothing is left between them.',
    source: `${PFN} nd_pfn_init()`,
    since: 'until v6.5 dataoff is compared with the size, from v6.6 with the size less what is cut off',
    whatToDo: 'Use the page size as alignment, or a larger or better placed range.',
  },
  NO_ROOM_WRAPPED: {
    title: 'The kernel writes a nonsense info block and then fails',
    sentence:
      'More is cut off the end ({endTrunc:bytes}) than the namespace has ({size:bytes}); the check wraps below zero.',
    meaning:
      'The subtraction in the check is unsigned. A block with an absurd number of pages is written, binding fails, and later probes fail with EOPNOTSUPP until the namespace is made again.',
    source: `${PFN} nd_pfn_init()`,
    since: 'v6.6',
    whatToDo: 'Use the page size as alignment.',
  },
  ZERO_SIZE: {
    title: 'Comes up with no data at all',
    sentence: 'Data would begin at {dataoff:bytes}, the end is cut off there: nothing is left.',
    meaning: 'Kernels up to v6.5 compare only dataoff with the size and create a namespace of zero bytes.',
    source: `${PFN} nd_pfn_init()`,
    since: 'until v6.5',
    whatToDo: 'Use the page size as alignment.',
  },
  DAX_ZERO_SIZE: {
    title: 'The dax device has no size and no driver takes it',
    sentence: 'dax_pmem binds, but the dax device is empty and device_dax turns it down without a message.',
    meaning: 'The dax bus answers ENXIO for a device of zero bytes, which the driver core does not report.',
    source: 'drivers/dax/bus.c dax_bus_probe()',
    since: 'until v6.5 (later kernels do not make such a namespace)',
    whatToDo: 'Use the page size as alignment.',
  },
  PAGE_SIZE_MISMATCH: {
    title: 'Made under a larger page size',
    sentence: 'The namespace was made with {madeWith:bytes} pages; this kernel has {running:bytes} and refuses it.',
    meaning:
      'With map=dev the reservation was sized for larger pages. The namespace does not come up at all, not even raw.',
    source: `${PFN} nd_pfn_validate()`,
    since: 'v5.4, for info blocks of version 1.4 on',
    whatToDo: 'Copy the data away, make the namespace anew under this page size. map=mem fsdax namespaces move freely.',
  },
  STRUCT_PAGE_MISMATCH: {
    title: 'Made for a smaller struct page',
    sentence: 'The namespace reserves {reserved} bytes for each page, this kernel needs {running}.',
    meaning: 'The reservation on the device would be too small.',
    source: `${PFN} nd_pfn_validate()`,
    since: 'v5.4',
    whatToDo: 'Make the namespace anew.',
  },
  DAX_ALIGN_MISMATCH: {
    title: 'A devdax namespace made under another page size',
    sentence: 'The devdax namespace has align {madeWith:bytes}; this kernel offers {offered:sizes}.',
    meaning:
      'The alignments of 4K, 16K and 64K kernels have no member in common, so a devdax namespace never crosses page sizes.',
    source: `${PFN} nd_pfn_validate()`,
    since: 'v5.4',
    whatToDo: 'Copy the data away, make the namespace anew under this page size.',
  },
  ALIGN_EXCEEDS_CAPACITY: {
    title: 'The alignment is larger than the namespace',
    sentence: 'The info block says align {align:bytes}, the namespace has {size:bytes}.',
    meaning: 'Such a block cannot be right.',
    source: `${PFN} nd_pfn_validate()`,
    since: 'all modelled versions',
    whatToDo: 'Make the namespace anew.',
  },
  DATAOFF_EXCEEDS_CAPACITY: {
    title: 'Data would begin after the end',
    sentence: 'The info block puts data at {dataoff:bytes}, the namespace has {size:bytes}.',
    meaning: 'Such a block cannot be right, or the region has shrunk.',
    source: `${PFN} nd_pfn_validate()`,
    since: 'all modelled versions',
    whatToDo: 'Make the namespace anew.',
  },
  DATAOFF_MISALIGNED: {
    title: 'Data would begin at a misaligned address',
    sentence: 'Data at {start:hex} + {dataoff:bytes} does not fit align {align:bytes} or the page size {page:bytes}.',
    meaning: 'The range has moved since the block was written, or the pages are larger than the block knew.',
    source: `${PFN} nd_pfn_validate()`,
    since: 'all modelled versions',
    whatToDo: 'Make the namespace anew.',
  },
  BLOCK_START_MISALIGNED: {
    title: 'An existing namespace does not start at a multiple of 2 MiB',
    sentence: 'The mapped range starts at {start:hex}.',
    meaning: 'Struct pages are added by sub-sections of 2 MiB.',
    source: `${PFN} nd_pfn_validate()`,
    since: 'v5.7',
    whatToDo: 'Move the start of the region to a multiple of 2 MiB.',
  },
  BLOCK_END_MISALIGNED: {
    title: 'An existing namespace does not end at a multiple of 2 MiB',
    sentence: 'The mapped range ends at {end:hex}.',
    meaning: 'Struct pages are added by sub-sections of 2 MiB.',
    source: `${PFN} nd_pfn_validate()`,
    since: 'v5.7',
    whatToDo: 'Make the namespace anew: the kernel then cuts the end off.',
  },
  BLOCK_WITHOUT_DATA: {
    title: 'An existing namespace without data',
    sentence: 'Data would begin at {dataoff:bytes} of {room:bytes}.',
    meaning: 'Kernels up to v6.5 could make such namespaces; from v6.6 they are refused.',
    source: `${PFN} nd_pfn_validate()`,
    since: 'v6.6',
    whatToDo: 'Make the namespace anew with the page size as alignment.',
  },
  BUSY: {
    title: 'The range is taken',
    sentence: '{name} holds {start:hex} to {end:hex} within the range.',
    meaning: 'The driver must own the whole range before it maps it.',
    source: 'drivers/nvdimm/claim.c devm_nsio_enable(), drivers/nvdimm/pmem.c pmem_attach_disk()',
    since: 'all versions',
    whatToDo:
      'Take the range out of the other use (for RAM: the firmware or device tree must not describe it as memory).',
  },
  PHYS_BITS: {
    title: 'Beyond the physical address size of this kernel',
    sentence: 'The range ends at {end:hex}, the kernel handles addresses below {limit:hex}.',
    meaning: 'CONFIG_ARM64_PA_BITS, or what the CPU can do, sets the highest physical address.',
    source: 'mm/memory_hotplug.c mhp_range_allowed(), before v5.12 check_hotplug_memory_addressable()',
    since: 'v5.6',
    whatToDo: 'Build with 52-bit physical addresses.',
  },
  LINEAR_MAP: {
    title: 'Outside the linear map',
    sentence: 'The range {start:hex} to {end:hex} does not lie within {limitStart:hex} to {limitEnd:hex}.',
    meaning:
      'Hot-added memory must have a place in the linear map, which begins at the first RAM and has half of the virtual address space.',
    source: 'arch/arm64/mm/mmu.c arch_get_mappable_range(), before v5.12 inside_linear_region()',
    since: 'v5.10',
    whatToDo: 'Build with more virtual address bits, or place the range lower.',
  },
  LINEAR_MAP_UNCHECKED: {
    title: 'Outside the linear map, and the kernel does not look',
    sentence:
      'The range {start:hex} to {end:hex} does not lie within {limitStart:hex} to {limitEnd:hex}; this kernel maps it all the same.',
    meaning:
      'Up to v5.9 arm64 does not compare the range with the linear map: the mapping lands on other kernel addresses.',
    source: 'arch/arm64/mm/mmu.c arch_add_memory()',
    since: 'v5.7 to v5.9',
    whatToDo: 'Run v5.12 or later, or place the range lower.',
  },
  KASLR_RISK: {
    title: 'KASLR may put the range outside the linear map',
    sentence: 'At one boot in {oneIn} the linear map ends below the range.',
    meaning: 'Up to v5.10 the linear map is moved without regard to memory that is added later.',
    source: 'arch/arm64/mm/init.c arm64_memblock_init()',
    since: 'until v5.10',
    whatToDo: 'Boot with nokaslr, or run v5.11 or later.',
  },
  SUBSECTION_OCCUPIED: {
    title: 'Struct pages are there already',
    sentence: 'Part of {start:hex}+{size:bytes} already has struct pages.',
    meaning:
      'A sub-section can be populated once. Causes: an attempt that failed half-way since boot (nothing is rolled back), or memory that firmware describes although the kernel does not map it.',
    source: 'mm/sparse.c section_activate(), fill_subsection_map()',
    since: 'v5.3',
    whatToDo: 'Reboot; if it stays, take the range out of the memory that the firmware describes.',
  },
  NOMAP_OVERLAP: {
    title: 'Over memory that the kernel knows but does not map',
    sentence: '{start:hex}+{size:bytes} is memory marked no-map; a second attempt crashes the kernel.',
    meaning:
      'No-map memory has struct pages since boot. The attempt fails with EEXIST and has by then taken the range out of the linear map, so the next attempt oopses.',
    source: 'mm/sparse.c fill_subsection_map(), arch/arm64/mm/mmu.c',
    since: 'v5.3',
    whatToDo: 'Remove the range from the memory nodes of the device tree or from the EFI memory map.',
  },
  ALTMAP_INVALID: {
    title: 'The reservation is larger than the range',
    sentence: 'Reserve and memmap take {pages} pages, the range has {room}.',
    meaning: 'An info block whose data offset lies behind the mapped range.',
    source: 'mm/memory_hotplug.c __add_pages()',
    since: 'all modelled versions',
    whatToDo: 'Make the namespace anew.',
  },
  ALTMAP_EXHAUSTED: {
    title: 'The space for the memmap on the device is too small',
    sentence:
      'The device reserves {free} pages for the memmap; {allocated} were used and {alignLoss} lost to alignment when the next request failed.',
    meaning:
      'The reservation counts 64 bytes for each page, but not the padding before the first 2 MiB block (4K pages), the info block rounded up to pages, or struct pages of a partly used block. The kernel prints no message of its own, and what was added stays until reboot.',
    source:
      'mm/sparse-vmemmap.c altmap_alloc_block_buf(), vmemmap_populate_hugepages(); commit d4234d131b0a changed which sizes fail',
    since: 'v5.9',
    whatToDo:
      'Use a size that is a multiple of 128 MiB (4K pages), another start, a larger alignment (16K, 64K) or map=mem.',
  },
  DRAM_EXHAUSTED: {
    title: 'Not enough DRAM for the memmap',
    sentence: 'The memmap needs more than the {available:bytes} of DRAM that this machine has.',
    meaning:
      'With struct pages in DRAM a large device can use up all memory; the attempt fails with ENOMEM, what was taken is not given back, and the OOM killer follows.',
    source: 'mm/sparse-vmemmap.c vmemmap_alloc_block()',
    since: 'all versions',
    whatToDo: 'Use map=dev.',
  },
  VMEMMAP_HOLE: {
    title: 'The kernel oopses: struct pages without memory',
    sentence: 'The memmap for {address:hex} is not populated; initialising it crashes the kernel.',
    meaning:
      'The walk that populates the vmemmap steps by pages from an unaligned start. Where the end lies in a vmemmap page at or before the offset of the start, the last page is left out and the next access faults.',
    source: 'mm/sparse-vmemmap.c vmemmap_populate_basepages(), mm/mm_init.c __init_single_page()',
    since: 'v5.7, with 16K and 64K pages',
    whatToDo: 'Align the start of the range to 4 MiB (16K pages) or 64 MiB (64K pages).',
  },
  COMPOUND_OVERRUN: {
    title: 'The kernel oopses: initialising compounds runs past the end',
    sentence: 'The range is not a multiple of {align:bytes}; initialising it runs {overrun:bytes} past its end.',
    meaning:
      'device-dax initialises struct pages in compounds of its alignment, from the first page of the range. With map=mem that is the unaligned start, and the last compound runs past the end.',
    source: 'mm/mm_init.c memmap_init_zone_device()',
    since: 'v5.17',
    whatToDo: 'Use map=dev or align the start of the range to the namespace alignment.',
  },
  REMOVAL_OOPS: {
    title: 'Removing the device crashes the kernel',
    sentence: 'The struct page for {address:hex} has no memory behind it when the device is taken away.',
    meaning:
      'memunmap_pages() reads the struct page of the first data page, which lies behind the range of an empty namespace or went away with a neighbour.',
    source: 'mm/memremap.c memunmap_pages()',
    since: 'v5.7',
    whatToDo: 'Do not remove it while the kernel runs; make the namespace anew with another alignment.',
  },
  SHARED_VMEMMAP_PAGE: {
    title: 'Shares a vmemmap page with a neighbour',
    sentence:
      '{neighbour} has struct pages in the same vmemmap page at {address:hex}; removing one of them takes it from the other.',
    meaning:
      'Two ranges that meet inside the memory of one vmemmap page (4 MiB with 16K, 64 MiB with 64K pages; 128 MiB with 4K pages before d4234d131b0a) share it without a reference count.',
    source: 'arch/arm64/mm/mmu.c vmemmap_free()',
    since: 'v5.7',
    whatToDo: 'Let ranges meet at multiples of 4 MiB (16K) or 64 MiB (64K).',
  },
  EARLY_SECTION: {
    title: 'Part of the memmap is there since boot',
    sentence:
      '{bytes:bytes} of the range lie in a section with boot RAM: their struct pages are in DRAM, at no new cost.',
    meaning:
      'The memmap of a section with boot memory covers the whole section, and a part of it is reused; the altmap is not touched.',
    source: 'mm/sparse.c section_activate()',
    since: 'v5.3',
    whatToDo: 'Nothing.',
  },
  CAPACITY_LOST: {
    title: 'Capacity is lost',
    sentence: '{lost:bytes} of {size:bytes} cannot be used: {dataoff:bytes} at the start, {endTrunc:bytes} at the end.',
    meaning: 'The first data byte and the end are rounded to the alignment.',
    source: `${PFN} nd_pfn_init()`,
    since: 'all versions',
    whatToDo: 'Use the page size as alignment where the loss matters more than huge mappings.',
  },
  PFNS_TRUNCATED: {
    title: 'The block counts pages of another size',
    sentence: 'The info block says {before} pages, with this page size they are {after}.',
    meaning: 'Harmless: the block was written under smaller pages. Data stay where they are.',
    source: `${PFN} __nvdimm_setup_pfn()`,
    since: 'v5.4',
    whatToDo: 'Nothing.',
  },
  DAX_MEMMAP_SHARED: {
    title: 'Tail struct pages may be shared',
    sentence:
      'Kernels v5.19 to v6.3 share the tail struct pages of each {align:bytes}: {shared:bytes} of DRAM instead of {full:bytes}.',
    meaning: 'device-dax without altmap needs two vmemmap pages for each compound.',
    source: 'mm/sparse-vmemmap.c vmemmap_populate_compound_pages()',
    since: 'v5.19 to v6.3',
    whatToDo: 'Nothing.',
  },
  DAX_REGION_MISALIGNED: {
    title: 'The dax region does not fit its alignment',
    sentence: '{start:hex}+{size:bytes} is not a multiple of {align:bytes}.',
    meaning:
      'Start and length of a dax region must be multiples of its alignment; soft-reserved and CXL memory always has the PMD size. There is no message.',
    source: 'drivers/dax/bus.c alloc_dax_region()',
    since: 'all versions',
    whatToDo: 'Align the range to 2 MiB (4K pages), 32 MiB (16K) or 512 MiB (64K).',
  },
  KMEM_TOO_SMALL: {
    title: 'No whole memory block in the range',
    sentence: 'The data area {start:hex}+{size:bytes} has no whole block of {block:bytes}.',
    meaning: 'kmem onlines whole memory blocks: 1 GiB up to v5.11, then 128 MiB (4K, 16K pages) or 512 MiB (64K).',
    source: 'drivers/dax/kmem.c dev_dax_kmem_probe()',
    since: 'v5.7',
    whatToDo: 'Use a larger range.',
  },
  KMEM_NO_NODE: {
    title: 'The range has no NUMA node',
    sentence: 'Firmware names no NUMA node for the range, kmem refuses node -1.',
    meaning: 'kmem needs to know the node that the memory belongs to.',
    source: 'drivers/dax/kmem.c dev_dax_kmem_probe()',
    since: 'v5.7',
    whatToDo: 'Give the device-tree node a numa-node-id.',
  },
  KMEM_CUT: {
    title: 'Part of the range is not onlined',
    sentence: '{cut:bytes} at the ends do not fill a memory block of {block:bytes}.',
    meaning: 'kmem rounds to whole memory blocks.',
    source: 'drivers/dax/kmem.c dax_kmem_range()',
    since: 'v5.7',
    whatToDo: 'Nothing, or align the range to memory blocks.',
  },
} as const satisfies Readonly<Record<string, Reason>>;

/** The closed list of reason codes. */
export const REASONS: Readonly<Record<ReasonCode, Reason>> = REASON_TABLE;

export function isReasonCode(code: string): code is ReasonCode {
  return Object.hasOwn(REASON_TABLE, code);
}

/** The one place where codes and facts become sentences. */
export function renderReason(result: Pick<PlugResult, 'reason' | 'facts'>): string {
  return renderWarning({ code: result.reason, facts: result.facts });
}

export function renderWarning({ code, facts }: Warning): string {
  if (!isReasonCode(code)) return code;
  return REASONS[code].sentence.replace(/\{(\w+)(?::(\w+))?\}/g, (_, name: string, form: string | undefined) =>
    renderFact(facts[name], form),
  );
}

function renderFact(value: number | string | boolean | null | undefined, form: string | undefined): string {
  if (value === undefined || value === null) return '?';
  if (form === 'sizes') return String(value).split(', ').map(Number).map(renderBytes).join(', ');
  if (typeof value !== 'number') return String(value);
  if (form === 'hex') return `0x${value.toString(16)}`;
  return form === 'bytes' ? renderBytes(value) : String(value);
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** The largest unit in which the number is whole: 1152 MiB, not 1.125 GiB. */
export function renderBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value !== 0 && value % 1024 === 0 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value} ${UNITS[unit]}`;
}
