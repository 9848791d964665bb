const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Symbols of elements that mean a compound, a country or a state in capitals: "Co" and "CO". */
export const ELEMENTS =
  words(`Ag Al Ar Au Ba Bi Bk Br Ca Cd Ce Cf Cl Cm Co Cr Cs Cu Db Ds Dy Er Es Eu
Fe Fl Fm Fr Ga Gd Ge Hf Hg Ho Hs Ir Kr La Li Lr Lu Lv Mc Md Mg Mn Mo Mt Na Nb Nd Ne Nh Ni Np Og Os Pa Pb Pd Pm Po
Pr Pt Pu Ra Rb Rf Rg Rh Rn Ru Sb Sc Se Sg Si Sm Sn Sr Ta Tb Tc Te Th Ti Tl Tm Ts Xe Yb Zn Zr`);

/** Acronyms that are another word when written small; those that most people write small are left out. */
export const ACRONYM_WORDS =
  words(`AIDS CAT SAT ACT SMART BASIC BASE BIT SOLID DRY CAP LAMP MEAN ARM FAT SNAP STAR
STEM DASH DARE ICE FAST SWAT COBRA GAP MAP SAD RAW RICE MASK CORE CHIP ASH EAR WAR SPA NAP KISS TAN RAPID HIP APT`);

/** What is numbered with a capital I: "Elizabeth I", "type I error". */
export const NUMBERED =
  words(`war type part phase class stage elizabeth charles james george francis nicholas napoleon
wilhelm william henry richard peter paul alexander otto leopold frederick ramses darius xerxes pedro catherine mary philip
cyrus article chapter volume factor`);
